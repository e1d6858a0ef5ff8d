import { rootfsState } from '../rootfs/index.js';
import type { Outputs } from '../store/index.js';
import type { ActionDeps } from './kind.js';
import { baseStatus } from './outputs.js';

/**
 * Whether a root file system in cached outputs can still be mounted and read. Layers from before the last reboot
 * are compared with their digests first: they were never synced to disk.
 */
export async function hasRootfs(outputs: Outputs, { store, workers }: ActionDeps): Promise<boolean> {
  const { layers, packs, sourceDateEpoch } = rootfsState(outputs);
  for (const pack of packs) if ((await store.blobs.size(pack)) === undefined) return false;
  for (const layer of layers) {
    const state = await store.layers.state(layer.id);
    if (state === 'missing') return false;
    if (state === 'whole') continue;
    const argument = { id: layer.id, changes: layer.changes, sourceDateEpoch };
    const options = { output: () => undefined, signal: new AbortController().signal };
    const checked = await workers.call('verify-layer', argument, options);
    if (!checked.ok || checked.value !== true) {
      await store.layers.disown(layer.id);
      return false;
    }
    await store.layers.markWhole(layer.id, layer.changes);
  }
  return true;
}

/** The same of a base system, which has the list of its packages beside it. */
export async function hasBase(outputs: Outputs, deps: ActionDeps): Promise<boolean> {
  return (await deps.store.blobs.size(baseStatus(outputs))) !== undefined && (await hasRootfs(outputs, deps));
}
