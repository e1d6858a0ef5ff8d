import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, isDigest } from '../base/index.js';
import { readEntryText } from './read-entry.js';

/** Locks of what is built without an mkvefile lie among the records of last runs. */
const NAME = /^[0-9a-f]{24}-lock\.json$/;

export function lockName(scope: string): string {
  return `${scope}-lock.json`;
}

/**
 * Blobs that the locks in a store name, in hexadecimal: packages, snapshots and the lists that these consist of. Nothing
 * is marked as used. One that cannot be read names nothing; whoever builds with it says so.
 */
export async function lockedBlobs(
  directory: string,
  pathOf: (blob: Digest) => string,
): Promise<readonly string[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => NAME.test(name));
  const found = new Set<string>();
  for (const name of names) {
    const text = await readEntryText(join(directory, name)).catch(() => '');
    for (const hex of digestsIn(text)) found.add(hex);
    for (const [, snapshot] of text.matchAll(/"snapshot": "([^"]*)"/g)) {
      if (!isDigest(snapshot)) continue;
      const document = await readEntryText(pathOf(snapshot)).catch(() => '');
      for (const hex of digestsIn(document)) found.add(hex);
    }
  }
  return [...found];
}

function digestsIn(text: string): readonly string[] {
  return text.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g) ?? [];
}
