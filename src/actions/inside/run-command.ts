import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import {
  type Ended,
  flattenIfLong,
  keepLayer,
  notMountedMark,
  type RootfsState,
  type StackedLayers,
  sandboxArgv,
  spawnInside,
  stackLayers,
  syscallFilter,
  type WorkerContext,
} from '../../rootfs/index.js';
import { byteString, findNode, type TreeObjects } from '../../tree/index.js';
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
    const { state } = request;
    const objects = await context.trees.load(state);
    const unusable = misplacedMountPoint(objects, state.tree);
    if (unusable !== undefined) return err({ kind: 'rootfs-unusable', detail: unusable });
    const layers = await stackLayers(context.store.layers, workspace, {
      layers: state.layers.map(({ id }) => id),
      root: objects.get(state.tree).meta,
    });
    const tail = new Tail();
    const ended = await runInSandbox(request, { context, objects, layers, tail });
    await layers.discard();
    if (context.signal.aborted) return err({ kind: 'cancelled' });
    if ('signal' in ended || ended.status !== 0) return err(failureOf(request, ended, tail));
    const kept = await keepLayer(context, layers.upper, { state, sourceDateEpoch: state.sourceDateEpoch });
    return ok(await flattenIfLong(context, kept, join(workspace, 'flatten')));
  } finally {
    await emptyWorkspace(request, context);
  }
}

/** After a success there is nothing to remove, and no program to start for it. */
async function emptyWorkspace({ workspace }: RunCommandArgument, context: WorkerContext): Promise<void> {
  if ((await readdir(join(context.store.root, workspace))).length === 0) return;
  await removeTree({ path: workspace }, { ...context, signal: new AbortController().signal });
}

interface Running {
  readonly context: WorkerContext;
  readonly objects: TreeObjects;
  readonly layers: StackedLayers;
  readonly tail: Tail;
}

async function runInSandbox(request: RunCommandArgument, running: Running): Promise<Ended> {
  const { context, objects, layers, tail } = running;
  const names =
    request.network === 'host' ? nameServers(objects, request.state.tree, layers.upper) : undefined;
  const filter = syscallFilter(process.arch);
  const argv = sandboxArgv({
    root: layers.root,
    overlay: layers.options,
    argv: request.argv,
    env: request.env,
    network: request.network,
    files: request.files.map(({ path }, index) => ({ path, descriptor: index + 3 })),
    ...(filter === undefined ? {} : { filter: request.files.length + 3 }),
    binds: [
      ...(request.debs === undefined
        ? []
        : [{ source: join(context.store.root, request.debs), target: '/tmp/debs' }]),
      ...(names?.binds ?? []),
    ],
  });
  const onOutput = (chunk: Uint8Array) => {
    tail.add(chunk);
    return context.output(chunk);
  };
  const descriptors = [...request.files.map(({ bytes }) => bytes), ...(filter === undefined ? [] : [filter])];
  const cwd = layers.directory;
  const ended = await spawnInside({ argv, cwd, env: {}, descriptors, onOutput, signal: context.signal });
  if (existsSync(notMountedMark(layers.root))) throw new Error(`no mount: ${tail.lines().join('\n')}`);
  await names?.tidy();
  return ended;
}

/**
 * bwrap and the worker follow these paths while the root file system is put together, when a link planted there
 * would lead out of it.
 */
function misplacedMountPoint(objects: TreeObjects, tree: Digest): string | undefined {
  return ['dev', 'etc', 'proc', 'tmp']
    .filter((name) => (findNode(objects, tree, byteString(name)) ?? { type: 'dir' }).type !== 'dir')
    .map((name) => `/${name} is not a directory`)[0];
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
