#!/usr/bin/env node
import { templateCommand } from './commands/template.js';
import { runMain } from './main.js';

await runMain('mkve-template', (command) => templateCommand(command, process.argv.slice(2)));
