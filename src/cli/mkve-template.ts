#!/usr/bin/env node
import { templateCommand } from './commands/template.js';
import { runMain } from './main.js';

void runMain('mkve-template', (command) => templateCommand(command, process.argv.slice(2)));
