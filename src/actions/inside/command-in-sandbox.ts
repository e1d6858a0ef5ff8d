import { join } from 'node:path';

import type { Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import {
  type Ended,
  freeBytes,
  type SandboxRequest,
  sandboxArgv,
  spawnInside,
  syscallFilter,
  type WorkerContext,
  withinDisk,
} from '../../rootfs/index.js';
import { hintFor } from './command-hints.js';
import type { RunCommandArgument } from './run-command.js';
import type { Tail } from './tail.js';

/** The parts of a sandbox that belong to the root file system and not to the command. */
export type Surroundings = Pick<SandboxRequest, 'root' | 'overlay' | 'network' | 'binds' | 'tmp'>;

interface Running {
  readonly context: WorkerContext;
  readonly surroundings: Surroundings;
  readonly tail: Tail;
  /** Where what it writes lands. */
  readonly upper: string;
}

/** How a command ended, or that it was stopped because it filled the disk. */
export type Outcome = Result<Ended, 'too-large'>;

/** Runs the command of a request, without a terminal, and hands on what it writes. */
export function runSandboxed(request: RunCommandArgument, running: Running): Promise<Outcome> {
  const { context, surroundings, tail, upper } = running;
  const { argv, env, files, limits } = request;
  const filter = syscallFilter(process.arch);
  const sandbox = sandboxArgv({
    ...surroundings,
    argv,
    env,
    files: files.map(({ path }, index) => ({ path, descriptor: index + 3 })),
    ...(filter === undefined ? {} : { filter: files.length + 3 }),
    session: 'new',
    limits,
  });
  const onOutput = (chunk: Uint8Array) => {
    tail.add(chunk);
    return context.output(chunk);
  };
  const descriptors = [...files.map(({ bytes }) => bytes), ...(filter === undefined ? [] : [filter])];
  const limit = { upper, mostBytes: limits.diskBytes, signal: context.signal };
  return withinDisk(limit, (signal) =>
    spawnInside({ argv: sandbox, env: {}, descriptors, onOutput, signal }),
  );
}

export function debsOf(
  { debs }: Pick<RunCommandArgument, 'debs'>,
  { store }: WorkerContext,
): Surroundings['binds'] {
  return debs === undefined ? [] : [{ source: join(store.root, debs), target: '/tmp/debs' }];
}

/** Nothing when it ended well. What it wrote must still be there. */
export async function commandFailure(
  request: RunCommandArgument,
  outcome: Outcome,
  { tail, upper }: Pick<Running, 'tail' | 'upper'>,
): Promise<Failure | undefined> {
  if (!outcome.ok) return tooLarge(request);
  const ended = outcome.value;
  if ('status' in ended && ended.status === 0) return undefined;
  const { what, argv } = request;
  const lastLines = tail.lines();
  const hint = hintFor({ program: argv[0] ?? '', lastLines, freeBytes: await freeBytes(upper) });
  const failure: Failure = { kind: 'command-failed', what, argv, ending: endingOf(ended), lastLines };
  return hint === undefined ? failure : { ...failure, hint };
}

export function tooLarge({ what, limits }: Pick<RunCommandArgument, 'what' | 'limits'>): Failure {
  return { kind: 'limit-exceeded', what, limit: 'disk', bytes: limits.diskBytes };
}

/** bwrap answers 128 and the number of the signal that ended its command, as shells do. */
function endingOf(ended: Ended): Ended {
  if ('signal' in ended || ended.status <= 128) return ended;
  const signal = SIGNALS[ended.status - 128];
  return signal === undefined ? ended : { signal };
}

const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
};
