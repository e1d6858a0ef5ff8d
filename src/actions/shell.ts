import { chown, rmdir } from 'node:fs/promises';
import { relative } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import type { Failure, HostNeed } from '../report/index.js';
import {
  type Ended,
  type RootfsState,
  runInNewNamespaces,
  type SetOwner,
  StoreDamage,
  stackLayers,
  TreeCache,
  wereMounted,
} from '../rootfs/index.js';
import type { Meta } from '../tree/index.js';
import { mountPoint } from '../workers/index.js';
import { attachThere, type There } from './attach-there.js';
import type { Surroundings } from './inside/command-in-sandbox.js';
import type { KeepShellArgument } from './inside/keep-shell.js';
import { misplacedMountPoint } from './inside/mount-points.js';
import { nameServers, resolvConfIn } from './inside/name-servers.js';
import { emptying } from './inside/remove-tree.js';
import type { SetOwnerArgument } from './inside/set-owner.js';
import type { ActionDeps } from './kind.js';
import { nameInStore } from './outputs.js';

export interface ShellRequest extends Omit<There, 'surroundings' | 'namespaces'> {
  readonly state: RootfsState;
  readonly network: 'none' | 'host';
  readonly changes: 'discarded' | 'kept';
  /** Called at the moment when the caller's terminal or pipes are lent. */
  readonly onReady: () => void;
}

export interface ShellEnded {
  readonly ended: Ended;
  /** Where changes are kept: the state with them. Its last layer is in no result, and the caller's to take away. */
  readonly after: RootfsState;
}

/**
 * Runs a command on a throw-away layer over a state, attached to the caller. The layer is made ready here, and mounted by the
 * sandbox of the command in namespaces of its own. A worker takes far longer to be there, and is called only where what the
 * command changed is to be kept.
 */
export async function openShell(
  request: ShellRequest,
  deps: ActionDeps,
): Promise<Result<ShellEnded, Failure>> {
  const { store, workers, caller } = deps;
  const { state, network, changes, signal } = request;
  const below = await lookBelow(state, network, deps);
  if (!below.ok) return below;
  const { root, resolvConf } = below.value;
  const staging = await store.staging.create('shell');
  try {
    // Given away when all is made in it: root follows no path that anybody else can change.
    const workspace = await store.staging.createInside(staging, undefined);
    const layers = state.layers.map(({ id }) => id);
    const setOwner = ownerSetter(deps);
    const stacked = await stackLayers(store.layers, workspace, { layers, root }, setOwner);
    await setOwner(workspace, 0, 0);
    const given = await giveRoot(stacked.upper, root, deps);
    if (!given.ok) return given;
    const { directory } = stacked.overlay;
    const surroundings: Surroundings = {
      root: mountPoint(),
      // Root there cannot go to the store by its path, but starts in it.
      overlay: { ...stacked.overlay, directory: '.' },
      network,
      binds: resolvConf === undefined ? [] : nameServers(resolvConf, stacked.upper).binds,
    };
    request.onReady();
    const namespaces = { kind: 'new', caller, directory } as const;
    const ended = await attachThere({ ...request, surroundings, namespaces }, deps);
    const isMounted = wereMounted(stacked);
    if (changes === 'kept' && isMounted && !signal.aborted) {
      const upper = nameInStore(store, stacked.upper);
      const argument: KeepShellArgument = {
        state,
        resolvConf,
        upper,
        workspace: nameInStore(store, workspace),
      };
      const options = { output: () => undefined, signal };
      const after = (await workers.call('keep-shell', argument, options)) as Result<RootfsState, Failure>;
      return after.ok ? ok({ ended, after: after.value }) : after;
    }
    // What is not deleted here is swept later.
    await runInNewNamespaces(caller, emptying(relative(directory, workspace)), directory);
    if (signal.aborted) return err({ kind: 'cancelled' });
    if (!isMounted) return err({ kind: 'host-lacks', needs: [WAY_INSIDE] });
    return ok({ ended, after: state });
  } finally {
    await store.staging.remove(staging);
  }
}

const WAY_INSIDE: HostNeed = {
  what: 'namespaces in which layers can be mounted over one another',
  why: 'a root file system is never used outside such',
  remedy: 'look at what was said above, and at what mkve doctor says',
};

interface Below {
  /** Of the root directory. */
  readonly root: Meta;
  /** What is at /etc/resolv.conf, where the name servers of the host are to be seen. */
  readonly resolvConf: KeepShellArgument['resolvConf'];
}

/** What has to be known of a state before anything is mounted over it. */
async function lookBelow(
  state: RootfsState,
  network: 'none' | 'host',
  { store }: ActionDeps,
): Promise<Result<Below, Failure>> {
  const trees = new TreeCache(store.blobs);
  try {
    const objects = network === 'host' ? await trees.load(state) : await trees.loadRoot(state);
    const unusable = misplacedMountPoint(objects, state.tree);
    if (unusable !== undefined) return err({ kind: 'rootfs-unusable', detail: unusable });
    const resolvConf = network === 'host' ? resolvConfIn(objects, state.tree) : undefined;
    return ok({ root: objects.get(state.tree).meta, resolvConf });
  } catch (thrown) {
    if (thrown instanceof StoreDamage) return err({ kind: 'store-damaged', detail: thrown.message });
    throw thrown;
  }
}

/** Root may give a file to anybody. Others are user 0 inside themselves, and that is what nearly all has to belong to. */
function ownerSetter({ writer }: ActionDeps): SetOwner {
  return async (path, uid, gid) => {
    if (writer !== undefined) await chown(path, writer.uid + uid, writer.gid + gid);
  };
}

/** What others may not give away themselves, for which they ask a worker. */
async function giveRoot(
  upper: string,
  { uid, gid }: Meta,
  { store, workers, writer }: ActionDeps,
): Promise<Result<unknown, Failure>> {
  if (writer !== undefined || (uid === 0 && gid === 0)) return ok(undefined);
  const argument: SetOwnerArgument = { path: nameInStore(store, upper), uid, gid };
  return workers.call('set-owner', argument, {
    output: () => undefined,
    signal: new AbortController().signal,
  });
}

/** Takes away the layer of kept changes that nobody wants any longer. */
export async function discardChanges(
  before: RootfsState,
  after: RootfsState,
  { store, workers }: ActionDeps,
): Promise<void> {
  const layer = after.layers.find(({ id }) => !before.layers.some((one) => one.id === id));
  if (layer === undefined) return;
  await store.layers.disown(layer.id);
  const directory = store.layers.pathOf(layer.id);
  const options = { output: () => undefined, signal: new AbortController().signal };
  const emptied = await workers.call('remove-tree', { path: nameInStore(store, directory) }, options);
  if (emptied.ok) await rmdir(directory);
}
