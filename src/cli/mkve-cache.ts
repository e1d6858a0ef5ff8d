#!/usr/bin/env node
import { cacheCommand } from './commands/cache.js';
import { runMain } from './main.js';

void runMain('mkve-cache', (command) => cacheCommand(command, process.argv.slice(2)));
