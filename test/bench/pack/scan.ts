import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { type Digest, digestFromHex } from '../../../src/base/index.js';
import { byteString, type Node, type TreeObjects } from '../../../src/tree/index.js';

/** Digests of files by what stat(2) says of them, so that a second scan reads only what changed. */
export type KnownDigests = Map<string, Digest>;

/** The tree of a directory: files, directories and symbolic links, which is all that the bench makes. */
export async function scan(objects: TreeObjects, directory: string, known: KnownDigests): Promise<Digest> {
  const entries = new Map<ReturnType<typeof byteString>, Node>();
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const stat = lstatSync(path);
    const meta = metaOf(stat);
    if (stat.isDirectory()) {
      entries.set(byteString(name), { type: 'dir', tree: await scan(objects, path, known) });
    } else if (stat.isSymbolicLink()) {
      entries.set(byteString(name), { type: 'symlink', ...meta, target: byteString(readlinkSync(path)) });
    } else if (stat.isFile()) {
      const stamp = `${path} ${stat.size} ${stat.mtimeMs}`;
      const digest = known.get(stamp) ?? (await fileDigest(path));
      known.set(stamp, digest);
      entries.set(byteString(name), { type: 'file', ...meta, size: stat.size, digest });
    }
  }
  return objects.put({ meta: metaOf(lstatSync(directory)), entries });
}

function metaOf({ mode, mtimeMs }: { readonly mode: number; readonly mtimeMs: number }) {
  return { mode: mode & 0o7777, uid: 0, gid: 0, mtime: Math.floor(mtimeMs / 1000) };
}

async function fileDigest(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return digestFromHex(hash.digest('hex'));
}
