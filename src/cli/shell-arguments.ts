import { err, ok, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';
import { has, lastOf, type mkveCommands, type OptionNames, type ParsedOptions } from './options/index.js';

export type ShellOptions = ParsedOptions<OptionNames<typeof mkveCommands.shell.options>>;

/** What the command line of `mkve shell` asks for. */
export interface WantedShell {
  readonly target: string;
  readonly at: string | undefined;
  readonly when: 'before' | 'after';
  /** Absent: a shell. */
  readonly command?: readonly [string, ...string[]];
}

export function wantedShell(options: ShellOptions): Result<WantedShell, Failure> {
  const { operands, afterDashes = [] } = options;
  const [target, ...more] = operands.slice(0, operands.length - afterDashes.length);
  if (has(options, 'json')) return wrongUsage('--json: a shell prints what its commands print');
  if (target === undefined) return wrongUsage('no target is given', 'mkve status lists the targets');
  if (more.length > 0) {
    return wrongUsage(
      `expected one target, found ${more.length + 1}`,
      `a command comes after --: -- ${more[0]}`,
    );
  }
  const [program, ...args] = afterDashes;
  return ok({
    target,
    at: lastOf(options, 'at'),
    when: has(options, 'before') ? 'before' : 'after',
    ...(program === undefined ? {} : { command: [program, ...args] }),
  });
}

export function wrongUsage(message: string, hint?: string): Result<never, Failure> {
  return err({ kind: 'usage-wrong', message, ...(hint === undefined ? {} : { hint }) });
}
