import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** A program to run to its end, with a whole environment of its own. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a program that has to succeed; answers how long it took, in milliseconds. What it prints goes to a file and
 * not through a pipe, so that nothing of the time is this process's own.
 * @param log file that gets everything it prints
 */
export async function timed(command: Command, log: string): Promise<number> {
  const { status, durationMs } = await run(command, log);
  if (status === 0) return durationMs;
  const said = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
  throw new Error(`${command.argv.join(' ')}\nended with status ${status}; its last lines:\n${said}`);
}

/** Runs a program; `status` is undefined when a signal ended it or there is no such program. */
export async function run(
  { argv: [program, ...args], env }: Command,
  log: string,
): Promise<{ readonly status: number | undefined; readonly durationMs: number }> {
  const file = openSync(log, 'w');
  const started = performance.now();
  try {
    const status = await new Promise<number | undefined>((resolve) => {
      const child = spawn(program, args, { env, stdio: ['ignore', file, file] });
      child.on('error', () => resolve(undefined));
      child.on('exit', (code) => resolve(code ?? undefined));
    });
    return { status, durationMs: performance.now() - started };
  } finally {
    closeSync(file);
  }
}

/** The middle one; of an even number, the upper of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
