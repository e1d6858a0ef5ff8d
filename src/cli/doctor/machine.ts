import type { CommandOutcome, CommandRunner } from '../../base/index.js';
import type { Caller } from '../../workers/index.js';
import type { Argv } from './need.js';

/** The machine that is examined, and who asks. */
export interface Machine {
  readonly runner: CommandRunner;
  readonly caller: Caller;
  /** For the programs that are run; `TMPDIR` in it is where temporary files go. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute; need not exist. */
  readonly storeRoot: string;
  /** Where os-release, subuid and subgid lie; default `/etc`. */
  readonly etc?: string;
}

/** Runs a program whose answer is read: in English, whatever the user's language. */
export function ask(machine: Machine, argv: Argv): Promise<CommandOutcome> {
  return machine.runner.run({ argv, env: { ...machine.environment, LC_ALL: 'C.UTF-8' } });
}

/** All that a program said, or nothing when it did not run to its end. */
export function saidBy(outcome: CommandOutcome): string {
  return outcome.kind === 'not-found' ? '' : `${outcome.stdout}\n${outcome.stderr}`;
}

/** Programs say first what went wrong, and then where to read about it. */
export function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '') ?? ''
  );
}

export function temporaryDirectory({ environment }: Machine): string {
  return environment['TMPDIR'] || '/tmp';
}
