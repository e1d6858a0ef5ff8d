import type { Digest } from '../base/index.js';
import type { RepositorySource } from '../graph/index.js';
import type { ActionDeps } from './kind.js';
import { openBox } from './package-supply.js';
import { snapshotLists } from './snapshot-lists.js';

/**
 * Those of the names that the repositories did not have when a snapshot was made; nothing where this store does not have its
 * lists, or the tool that reads them is missing. Asks no network.
 */
export async function packagesLacking(
  names: readonly string[],
  of: { readonly source: RepositorySource; readonly snapshot: Digest; readonly signal: AbortSignal },
  deps: ActionDeps,
): Promise<readonly string[] | undefined> {
  const { source, snapshot, signal } = of;
  const lists = await snapshotLists(snapshot, deps.store.blobs);
  if (lists === undefined) return undefined;
  const directory = await deps.store.staging.create('lint');
  try {
    const context = { output: () => undefined, signal };
    const box = await openBox({ source, lists, directory, context }, deps);
    const lacking = box.ok ? await box.value.lacking(names) : box;
    return lacking.ok ? lacking.value : undefined;
  } finally {
    await deps.store.staging.remove(directory);
  }
}
