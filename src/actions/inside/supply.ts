import { link, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { digestFromHex } from '../../base/index.js';
import type { Store } from '../../store/index.js';

/** A package file by its name for apt and its digest. */
export interface DebFile {
  readonly file: string;
  readonly sha256: string;
}

/** A directory with the packages under the names apt gives them, as hard links to the blobs. */
export async function linkDebs(store: Store, debs: readonly DebFile[], directory: string): Promise<void> {
  await mkdir(directory);
  for (const { file, sha256 } of debs) {
    await link(store.blobs.pathOf(digestFromHex(sha256)), join(directory, file));
  }
}
