import { join } from 'node:path';

import { err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import {
  type Ended,
  flattenIfLong,
  keepLayer,
  mountRootfs,
  type RootfsMount,
  type RootfsState,
  sandboxArgv,
  spawnInside,
  type WorkerContext,
} from '../../rootfs/index.js';
import { nameServers } from './name-servers.js';
import { removeTree } from './remove-tree.js';
import { Tail } from './tail.js';

export interface RunCommandArgument {
  readonly state: RootfsState;
  /** A private empty directory, relative to the store. */
  readonly workspace: string;
  /** What the command is for, in failures. */
  readonly what: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly network: 'none' | 'host';
  /** Executables put under /tmp. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** A directory that is to be seen as /tmp/debs, relative to the store. */
  readonly debs?: string;
}

/** Runs a command on a state of a root file system and answers the state it left. */
export async function runCommand(
  request: RunCommandArgument,
  context: WorkerContext,
): Promise<Result<RootfsState, Failure>> {
  const workspace = join(context.store.root, request.workspace);
  try {
    const layers = request.state.layers.map(({ id }) => id);
    const mount = await mountRootfs(context.store.layers, workspace, layers);
    const tail = new Tail();
    let ended: Ended;
    try {
      ended = await runInSandbox(request, { context, mount, tail });
    } finally {
      await mount.unmount();
    }
    if (context.signal.aborted) return err({ kind: 'cancelled' });
    if ('signal' in ended || ended.status !== 0) return err(failureOf(request, ended, tail));
    const { state } = request;
    const kept = await keepLayer(context, mount.upper, { state, sourceDateEpoch: state.sourceDateEpoch });
    return ok(await flattenIfLong(context, kept, join(workspace, 'flatten')));
  } finally {
    await removeTree({ path: request.workspace }, { ...context, signal: new AbortController().signal });
  }
}

interface Running {
  readonly context: WorkerContext;
  readonly mount: RootfsMount;
  readonly tail: Tail;
}

async function runInSandbox(request: RunCommandArgument, running: Running): Promise<Ended> {
  const { context, mount, tail } = running;
  const names = request.network === 'host' ? await nameServers(mount) : undefined;
  const argv = sandboxArgv({
    root: mount.root,
    argv: request.argv,
    env: request.env,
    network: request.network,
    files: request.files.map(({ path }, index) => ({ path, descriptor: index + 3 })),
    binds: [
      ...(request.debs === undefined
        ? []
        : [{ source: join(context.store.root, request.debs), target: '/tmp/debs' }]),
      ...(names?.binds ?? []),
    ],
  });
  const onOutput = (chunk: Uint8Array) => {
    tail.add(chunk);
    context.output(chunk);
  };
  const descriptors = request.files.map(({ bytes }) => bytes);
  const ended = await spawnInside({ argv, env: {}, descriptors, onOutput, signal: context.signal });
  await names?.tidy();
  return ended;
}

function failureOf({ what, argv }: RunCommandArgument, ended: Ended, tail: Tail): Failure {
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
