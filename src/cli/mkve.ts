#!/usr/bin/env node
import { type Command, fail, runMain } from './main.js';
import {
  has,
  type MkveCommand,
  mkveCommands,
  mkveHelp,
  parseOptions,
  renderHelp,
  splitCommand,
} from './options/index.js';

/** Each command is loaded when it is wanted: a build with nothing to do pays for nothing else. */
const implementations = {
  build: async () => (await import('./commands/build.js')).buildCommand,
  watch: async () => (await import('./commands/watch.js')).watchCommand,
  status: async () => (await import('./commands/status.js')).statusCommand,
  explain: async () => (await import('./commands/explain.js')).explainCommand,
  graph: async () => (await import('./commands/graph.js')).graphCommand,
  log: async () => (await import('./commands/log.js')).logCommand,
  diff: async () => (await import('./commands/diff.js')).diffCommand,
  shell: async () => (await import('./commands/shell.js')).shellCommand,
  update: async () => (await import('./commands/update.js')).updateCommand,
  inspect: async () => (await import('./commands/inspect.js')).inspectCommand,
  check: async () => (await import('./commands/check.js')).checkCommand,
  verify: async () => (await import('./commands/verify.js')).verifyCommand,
  lint: async () => (await import('./commands/lint.js')).lintCommand,
  init: async () => (await import('./commands/init.js')).initCommand,
  cache: async () => (await import('./commands/store/index.js')).storeCommand,
  gc: async () => (await import('./commands/store/index.js')).gcCommand,
  completion: async () => (await import('./commands/completion.js')).completionCommand,
  doctor: async () => (await import('./commands/run-doctor.js')).runDoctor,
} as const satisfies Record<
  MkveCommand,
  () => Promise<(command: Command, options: never) => Promise<number>>
>;

void runMain('mkve', async (command) => {
  const { streams } = command;
  const line = splitCommand(process.argv.slice(2));
  if (!line.ok) return fail('mkve', line.error, streams);
  if (line.value.command === undefined) return withoutCommand(line.value.argv, command);
  const name = line.value.command;
  const help = mkveCommands[name];
  const options = parseOptions(help.options, line.value.argv);
  if (!options.ok) return fail('mkve', options.error, streams);
  if (has(options.value, 'help')) {
    streams.out(renderHelp(help).trimEnd());
    return 0;
  }
  if (has(options.value, 'version')) return printVersion(command);
  const run = await implementations[name]();
  return run(command, options.value as never);
});

async function withoutCommand(argv: readonly string[], command: Command): Promise<number> {
  const options = parseOptions(mkveHelp.options, argv);
  if (!options.ok) return fail('mkve', options.error, command.streams);
  if (has(options.value, 'version')) return printVersion(command);
  if (has(options.value, 'help')) {
    command.streams.out(renderHelp(mkveHelp).trimEnd());
    return 0;
  }
  const failure = {
    kind: 'usage-wrong',
    message: 'no command is given',
    hint: 'mkve --help lists them; mkve build builds',
  } as const;
  return fail('mkve', failure, command.streams);
}

async function printVersion({ streams }: Command): Promise<number> {
  const { mkveVersion } = await import('./host.js');
  streams.out(`mkve ${mkveVersion()}`);
  return 0;
}
