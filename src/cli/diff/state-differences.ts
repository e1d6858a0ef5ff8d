import type { ActionDeps } from '../../actions/index.js';
import { ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { type RootfsState, TreeCache } from '../../rootfs/index.js';
import type { BlobStore } from '../../store/index.js';
import { nodeDifferences, type TreeObjects } from '../../tree/index.js';
import { type FileDifference, fileDifference } from './file-difference.js';
import { type Contents, readContents, type States, withTexts } from './texts.js';

/** Where two states of root file systems differ, by their Merkle trees: no file is looked at. */
export async function stateDifferences(
  blobs: BlobStore,
  { before, after }: States,
): Promise<readonly FileDifference[]> {
  if (before.tree === after.tree) return [];
  const objects = await treesOf(blobs, [before, after]);
  return nodeDifferences(objects, before.tree, after.tree).map(fileDifference);
}

/** The directories of states, for whoever looks into their trees. Throws when the store has lost some. */
export async function treesOf(blobs: BlobStore, states: readonly RootfsState[]): Promise<TreeObjects> {
  const trees = new TreeCache(blobs);
  for (const state of states) await trees.load(state);
  return trees.objects;
}

/** The same, with hunks of small text files and the contents that they are of. */
export async function stateDifferencesWithTexts(
  states: States,
  within: { readonly actions: ActionDeps; readonly signal: AbortSignal },
): Promise<
  Result<
    {
      readonly differences: readonly FileDifference[];
      readonly contents: { readonly before: Contents; readonly after: Contents };
    },
    Failure
  >
> {
  const differences = await stateDifferences(within.actions.store.blobs, states);
  const contents = await readContents(differences, states, within);
  if (!contents.ok) return contents;
  return ok({ differences: withTexts(differences, contents.value), contents: contents.value });
}
