import { bug, type CanonicalValue, canonicalJson } from '../base/index.js';
import { type RootfsState, rootfsState } from '../rootfs/index.js';
import type { BlobStore, Outputs } from '../store/index.js';
import { diffTrees, displayName, TreeObjects } from '../tree/index.js';

/**
 * What differs between two results of one step: paths of the root file system, or names of results where there is none.
 * Layers and the like may differ: they are ways to have a tree again, and never in a key.
 */
export async function compareResults(
  blobs: BlobStore,
  first: Outputs,
  second: Outputs,
): Promise<readonly string[]> {
  if (!('rootfs' in first)) return Object.keys(first).filter((name) => !same(first[name], second[name]));
  const before = rootfsState(first);
  const after = rootfsState(second);
  if (before.tree === after.tree) return [];
  const objects = new TreeObjects();
  for (const state of [before, after]) await load(objects, blobs, state);
  return [...diffTrees(objects, before.tree, after.tree)].map(({ path, how }) => {
    return `${how} ${path === '' ? '/' : displayName(path)}`;
  });
}

async function load(objects: TreeObjects, blobs: BlobStore, { packs }: RootfsState): Promise<void> {
  for (const pack of packs) {
    const bytes = (await blobs.get(pack)) ?? bug(`no tree objects ${pack}`);
    objects.addPack(bytes.toString('utf8'));
  }
}

function same(a: CanonicalValue | undefined, b: CanonicalValue | undefined): boolean {
  return a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b);
}
