import type { Digest } from '../../base/index.js';
import type { Contents } from '../../pack/index.js';
import { type ByteString, byteString, resolvePath, type TreeObjects } from '../../tree/index.js';

/** A state whose files can be read. */
export interface Readable {
  readonly objects: TreeObjects;
  readonly tree: Digest;
  readonly contents: Contents;
}

/**
 * The bytes of a file, links followed inside the tree alone; nothing where there is none, or a larger one than that: a
 * hook may have made it anything. The tree is asked first, so that no process follows a link that was planted.
 */
export async function readFileInside(
  { objects, tree, contents }: Readable,
  path: string,
  mostBytes: number,
): Promise<Buffer | undefined> {
  const found = resolvePath(objects, tree, byteString(path));
  if (!found.ok || found.value.node?.type !== 'file') return undefined;
  const { size, digest } = found.value.node;
  if (size > mostBytes) return undefined;
  const bytes = Buffer.alloc(size);
  if (size === 0) return bytes;
  const read = await contents.open();
  await read({ kind: 'content', path: found.value.path, digest, fileSize: size, offset: 0, size }, bytes);
  return bytes;
}

/** Names in a directory, links followed; none where there is no such directory. */
export function namesInside(
  { objects, tree }: Omit<Readable, 'contents'>,
  path: string,
): readonly ByteString[] {
  const found = resolvePath(objects, tree, byteString(path));
  if (!found.ok || found.value.node?.type !== 'dir') return [];
  return [...objects.get(found.value.node.tree).entries.keys()];
}
