import { lstat } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, hasErrorCode } from '../../base/index.js';
import { byteString, findNode, type TreeObjects } from '../../tree/index.js';

/**
 * bwrap and the worker follow these paths while the root file system is put together, when a link planted there
 * would lead out of it.
 */
const MOUNT_POINTS = ['dev', 'etc', 'proc', 'tmp'];

/** What is wrong with them in a tree. */
export function misplacedMountPoint(objects: TreeObjects, tree: Digest): string | undefined {
  return MOUNT_POINTS.filter(
    (name) => (findNode(objects, tree, byteString(name)) ?? { type: 'dir' }).type !== 'dir',
  ).map(misplaced)[0];
}

/** What is wrong with them where nothing writes any more, but something has written. */
export async function misplacedOnDisk(root: string): Promise<string | undefined> {
  for (const name of MOUNT_POINTS) {
    const kind = await kindOf(join(root, name));
    if (kind !== 'directory' && kind !== 'absent') return misplaced(name);
  }
  return undefined;
}

/** Of the path itself: links are not followed. */
export async function kindOf(path: string): Promise<'file' | 'directory' | 'absent' | 'other'> {
  try {
    const found = await lstat(path);
    if (found.isDirectory()) return 'directory';
    return found.isFile() ? 'file' : 'other';
  } catch (thrown) {
    if (hasErrorCode(thrown, 'ENOENT')) return 'absent';
    throw thrown;
  }
}

function misplaced(name: string): string {
  return `/${name} is not a directory`;
}
