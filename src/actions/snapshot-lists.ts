import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { canonicalJson, type Digest, err, linkOrCopy, ok, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';
import type { BlobStore, Store } from '../store/index.js';

/** A file of repository metadata as it was in a snapshot. */
export interface SnapshotList {
  /** As the package tool names it; may hold slashes. */
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

/** The lists as they were in the snapshot, as hard links to the blobs. */
export async function linkLists(
  lists: readonly SnapshotList[],
  directory: string,
  { blobs }: Store,
): Promise<Result<void, Failure>> {
  await mkdir(directory, { recursive: true });
  for (const { name, blob } of lists) {
    // Read, and so verified, since no tool will look at the digest of a list it believes to have fetched.
    if ((await blobs.get(blob)) === undefined)
      return err({ kind: 'store-damaged', detail: `the list ${name} is gone` });
    const place = join(directory, name);
    await mkdir(dirname(place), { recursive: true });
    await linkOrCopy(blobs.pathOf(blob), place);
  }
  return ok(undefined);
}
