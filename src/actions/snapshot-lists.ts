import { link, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { canonicalJson, type Digest, err, ok, type Result } from '../base/index.js';
import { stanzasOf } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import type { BlobStore, Store } from '../store/index.js';

/** A file of repository metadata as it was in a snapshot. */
export interface SnapshotList {
  /** As apt names it. */
  readonly name: string;
  readonly blob: Digest;
}

/** Keeps what a snapshot consists of; the digest of that is the snapshot. */
export function keepSnapshot(lists: readonly SnapshotList[], blobs: BlobStore): Promise<Digest> {
  return blobs.put(canonicalJson(lists.map(({ name, blob }) => ({ name, blob }))));
}

/** What a snapshot consists of; nothing where this store does not have all of it. No list is read. */
export async function snapshotLists(
  snapshot: Digest,
  blobs: BlobStore,
): Promise<readonly SnapshotList[] | undefined> {
  const document = await blobs.get(snapshot);
  if (document === undefined) return undefined;
  const lists = JSON.parse(document.toString('utf8')) as readonly SnapshotList[];
  const sizes = await Promise.all(lists.map(({ blob }) => blobs.size(blob)));
  return sizes.includes(undefined) ? undefined : lists;
}

/** apt's lists as they were in the snapshot, as hard links to the blobs. */
export async function linkLists(
  lists: readonly SnapshotList[],
  directory: string,
  { blobs }: Store,
): Promise<Result<void, Failure>> {
  await mkdir(directory, { recursive: true });
  for (const { name, blob } of lists) {
    // Read, and so verified, since apt will not look at the digest of a list it believes to have fetched.
    if ((await blobs.get(blob)) === undefined)
      return err({ kind: 'store-damaged', detail: `the list ${name} is gone` });
    await link(blobs.pathOf(blob), join(directory, name));
  }
  return ok(undefined);
}

/** The stanzas of packages in the lists of a snapshot, as an index of their own. */
export async function indexOf(
  lists: readonly SnapshotList[],
  packages: Parameters<typeof stanzasOf>[1],
  blobs: BlobStore,
): Promise<string> {
  const stanzas: string[] = [];
  for (const { name, blob } of lists) {
    if (!name.endsWith('_Packages')) continue;
    const index = await blobs.get(blob);
    if (index !== undefined) stanzas.push(...stanzasOf(index.toString('utf8'), packages));
  }
  return `${stanzas.join('\n\n')}\n`;
}
