import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { bug } from '../base/index.js';
import { keepLayer } from './keep-layer.js';
import { mountRootfs } from './overlay.js';
import type { RootfsState } from './rootfs-state.js';
import { spawnInside } from './spawn-inside.js';
import type { WorkerContext } from './worker-host.js';

/** Well below what 4096 bytes of mount options hold, and a lookup in an overlay asks every layer. */
const MOST_LAYERS = 40;

/**
 * Replaces a long chain of layers by one layer with the same tree.
 * @param workspace a private empty directory on the store's file system
 */
export async function flattenIfLong(
  context: WorkerContext,
  state: RootfsState,
  workspace: string,
): Promise<RootfsState> {
  if (state.layers.length <= MOST_LAYERS) return state;
  await mkdir(workspace, { recursive: true });
  const mount = await mountRootfs(context.store.layers, workspace, {
    layers: state.layers.map(({ id }) => id),
    root: (await context.trees.loadRoot(state)).get(state.tree).meta,
  });
  const copy = join(workspace, 'copy');
  try {
    const ended = await spawnInside({
      argv: ['cp', '--archive', '--reflink=auto', `${mount.root}/.`, copy],
      env: {},
      onOutput: context.output,
      signal: context.signal,
    });
    if ('signal' in ended || ended.status !== 0)
      throw new Error('cp could not copy a chain of layers into one');
  } finally {
    await mount.unmount();
  }
  const flat = await keepLayer(context, copy, { sourceDateEpoch: state.sourceDateEpoch });
  if (flat.tree !== state.tree) bug(`a flattened chain of layers has tree ${flat.tree}, not ${state.tree}`);
  return flat;
}
