import {
  type CanonicalValue,
  canonicalJson,
  compareCodeUnits,
  type Digest,
  digestOf,
} from '../base/index.js';
import type { ByteString } from './byte-string.js';
import type { Meta, Node } from './node.js';

/** What one layer does at one path. */
export type Change =
  | { readonly kind: 'whiteout'; readonly path: ByteString }
  | {
      readonly kind: 'dir';
      readonly path: ByteString;
      readonly meta: Meta;
      /** `replace` hides what lower layers have in this directory (an opaque directory). */
      readonly lower: 'merge' | 'replace';
    }
  | { readonly kind: 'node'; readonly path: ByteString; readonly node: Exclude<Node, { type: 'dir' }> };

/** All that a layer holds; a directory comes before what is in it, and the root is among them. */
export type LayerChanges = readonly Change[];

/**
 * Recognizes a layer whose files were damaged: equal exactly when a new scan finds the same. Canonical, since a
 * file system may list the attributes of a file in another order after a reboot.
 */
export function changesDigest(changes: LayerChanges): Digest {
  const sorted = [...changes].sort((a, b) => compareCodeUnits(a.path, b.path));
  return digestOf(canonicalJson(sorted as unknown as CanonicalValue));
}

/** What most file systems give out at once. */
const BLOCK = 4096;

/** Bytes that a layer takes on the disk, about: whole blocks of every file, and one for what else has an inode. */
export function diskUse(changes: LayerChanges): number {
  const counted = new Set<ByteString>();
  let bytes = 0;
  for (const change of changes) {
    const file = change.kind === 'node' && change.node.type === 'file' ? change.node : undefined;
    const inode = file?.links?.[0];
    if (inode !== undefined && counted.has(inode)) continue;
    if (inode !== undefined) counted.add(inode);
    bytes += BLOCK * Math.max(1, Math.ceil((file?.size ?? 0) / BLOCK));
  }
  return bytes;
}
