#!/usr/bin/env node
import { bundleCommand } from './commands/bundle.js';
import { runMain } from './main.js';

void runMain('mkve-bundle', (command) => bundleCommand(command, process.argv.slice(2)));
