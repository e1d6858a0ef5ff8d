import { join } from 'node:path';

import type { Failure } from '../../report/index.js';
import {
  type Ended,
  type SandboxRequest,
  sandboxArgv,
  spawnInside,
  syscallFilter,
  type WorkerContext,
} from '../../rootfs/index.js';
import type { RunCommandArgument } from './run-command.js';
import type { Tail } from './tail.js';

/** The parts of a sandbox that belong to the root file system and not to the command. */
export type Surroundings = Pick<SandboxRequest, 'root' | 'overlay' | 'network' | 'binds' | 'tmp'>;

interface Running {
  readonly context: WorkerContext;
  readonly surroundings: Surroundings;
  readonly tail: Tail;
  /** What mount options are relative to. */
  readonly cwd?: string;
}

/** Runs the command of a request, without a terminal, and hands on what it writes. */
export function runSandboxed(request: RunCommandArgument, running: Running): Promise<Ended> {
  const { context, surroundings, tail, cwd } = running;
  const { argv, env, files } = request;
  const filter = syscallFilter(process.arch);
  const sandbox = sandboxArgv({
    ...surroundings,
    argv,
    env,
    files: files.map(({ path }, index) => ({ path, descriptor: index + 3 })),
    ...(filter === undefined ? {} : { filter: files.length + 3 }),
    session: 'new',
  });
  const onOutput = (chunk: Uint8Array) => {
    tail.add(chunk);
    return context.output(chunk);
  };
  const descriptors = [...files.map(({ bytes }) => bytes), ...(filter === undefined ? [] : [filter])];
  const where = cwd === undefined ? {} : { cwd };
  return spawnInside({ argv: sandbox, ...where, env: {}, descriptors, onOutput, signal: context.signal });
}

export function debsOf(
  { debs }: Pick<RunCommandArgument, 'debs'>,
  { store }: WorkerContext,
): Surroundings['binds'] {
  return debs === undefined ? [] : [{ source: join(store.root, debs), target: '/tmp/debs' }];
}

/** Nothing when it ended well. */
export function commandFailure(
  { what, argv }: RunCommandArgument,
  ended: Ended,
  tail: Tail,
): Failure | undefined {
  if ('status' in ended && ended.status === 0) return undefined;
  return { kind: 'command-failed', what, argv, ending: endingOf(ended), lastLines: tail.lines() };
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
