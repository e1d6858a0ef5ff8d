import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import {
  flattenIfLong,
  keepLayer,
  LayerTooLarge,
  type RootfsState,
  type SandboxLimits,
  type StackedLayers,
  stackLayers,
  type WorkerContext,
  wereMounted,
} from '../../rootfs/index.js';
import type { TreeObjects } from '../../tree/index.js';
import { commandFailure, debsOf, type Outcome, runSandboxed, tooLarge } from './command-in-sandbox.js';
import { misplacedMountPoint } from './mount-points.js';
import { nameServers, resolvConfIn } from './name-servers.js';
import { removeTree } from './remove-tree.js';
import { runVisited } from './run-visited.js';
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
  readonly limits: SandboxLimits;
  /** Executables put under /tmp. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** A directory that is to be seen as /tmp/debs, relative to the store. */
  readonly debs?: string;
  /** `ask`: when the command fails, the caller is asked to look around before what it left is thrown away. */
  readonly onFailure?: 'ask';
}

/** Runs a command on a state of a root file system and answers the state it left. */
export async function runCommand(
  request: RunCommandArgument,
  context: WorkerContext,
): Promise<Result<RootfsState, Failure>> {
  const workspace = join(context.store.root, request.workspace);
  try {
    const { state } = request;
    const upper = await (request.onFailure === 'ask'
      ? runVisited(request, context, workspace)
      : run(request, context, workspace));
    if (!upper.ok) return upper;
    const { sourceDateEpoch } = state;
    const mostBytes = request.limits.diskBytes;
    const kept = await keepLayer(context, upper.value, { state, sourceDateEpoch, mostBytes });
    return ok(await flattenIfLong(context, kept, join(workspace, 'flatten')));
  } catch (thrown) {
    if (thrown instanceof LayerTooLarge) return err(tooLarge(request));
    throw thrown;
  } finally {
    await emptyWorkspace(request, context);
  }
}

/** After a success there is nothing to remove, and no program to start for it. */
async function emptyWorkspace({ workspace }: RunCommandArgument, context: WorkerContext): Promise<void> {
  if ((await readdir(join(context.store.root, workspace))).length === 0) return;
  await removeTree({ path: workspace }, { ...context, signal: new AbortController().signal });
}

/** @returns the directory with what the command changed */
async function run(
  request: RunCommandArgument,
  context: WorkerContext,
  workspace: string,
): Promise<Result<string, Failure>> {
  const { state } = request;
  const objects = await context.trees.load(state);
  const unusable = misplacedMountPoint(objects, state.tree);
  if (unusable !== undefined) return err({ kind: 'rootfs-unusable', detail: unusable });
  const layers = await stackLayers(context.store.layers, workspace, {
    layers: state.layers.map(({ id }) => id),
    root: objects.get(state.tree).meta,
  });
  const tail = new Tail();
  const { upper } = layers;
  const outcome = await runOnLayers(request, { context, objects, layers, tail });
  await layers.discard();
  if (context.signal.aborted) return err({ kind: 'cancelled' });
  const failure = await commandFailure(request, outcome, { tail, upper });
  return failure === undefined ? ok(upper) : err(failure);
}

interface Running {
  readonly context: WorkerContext;
  readonly objects: TreeObjects;
  readonly layers: StackedLayers;
  readonly tail: Tail;
}

/** The sandbox mounts the layers itself: that takes a program less. */
async function runOnLayers(request: RunCommandArgument, running: Running): Promise<Outcome> {
  const { context, objects, layers, tail } = running;
  const { network } = request;
  const names =
    network === 'host' ? nameServers(resolvConfIn(objects, request.state.tree), layers.upper) : undefined;
  const binds = [...debsOf(request, context), ...(names?.binds ?? [])];
  const { root, upper, overlay } = layers;
  const surroundings = { root, overlay, network, binds };
  const outcome = await runSandboxed(request, { context, surroundings, tail, upper });
  if (!context.signal.aborted && !wereMounted(layers))
    throw new Error(`no mount: ${tail.lines().join('\n')}`);
  await names?.tidy();
  return outcome;
}
