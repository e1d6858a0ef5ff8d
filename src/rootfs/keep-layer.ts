import { rm } from 'node:fs/promises';

import { applyChanges, changesDigest, diskUse } from '../tree/index.js';
import { captureChanges } from './capture.js';
import type { RootfsState } from './rootfs-state.js';
import type { WorkerContext } from './worker-host.js';

/**
 * Makes a layer of a directory that holds changes to a state (or a whole root file system), and gives the state
 * after it. Where nothing changed the state stays as it is, without another layer.
 */
export async function keepLayer(
  context: Pick<WorkerContext, 'store' | 'trees'>,
  upper: string,
  from: { readonly state?: RootfsState; readonly sourceDateEpoch: number; readonly mostBytes?: number },
): Promise<RootfsState> {
  const { store, trees } = context;
  const { state, ...reading } = from;
  if (state !== undefined) await trees.load(state);
  const changes = await captureChanges(upper, reading);
  const tree = applyChanges(trees.objects, state?.tree, changes);
  if (state?.tree === tree) {
    await rm(upper, { recursive: true, force: true });
    return state;
  }
  const pack = await trees.save(tree, state?.tree);
  const digest = changesDigest(changes);
  const id = await store.layers.adopt(upper, digest, diskUse(changes));
  return {
    tree,
    layers: [...(state?.layers ?? []), { id, changes: digest }],
    packs: [...(state?.packs ?? []), pack],
    sourceDateEpoch: from.sourceDateEpoch,
  };
}
