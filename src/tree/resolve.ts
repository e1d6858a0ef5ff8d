import { type Digest, err, ok, type Result } from '../base/index.js';
import type { ByteString } from './byte-string.js';
import type { Node } from './node.js';
import type { TreeObjects } from './objects.js';
import { joinPath, partsOf, ROOT } from './path.js';
import { findNode } from './walk.js';

/** Where a path leads inside a tree once every symbolic link on the way was followed. */
export interface ResolvedPath {
  /** Free of links as far as it exists; relative to the root, empty for the root itself. */
  readonly path: ByteString;
  /** Absent when nothing is there. */
  readonly node?: Node;
}

/** As many as Linux follows: path_resolution(7). */
const MOST_LINKS = 40;

/**
 * Follows a path as a process would whose root is that tree: absolute links start at its root, and `..` never leaves
 * it. The error is a phrase that says what stands in the way.
 */
export function resolvePath(
  objects: TreeObjects,
  root: Digest,
  path: ByteString,
): Result<ResolvedPath, string> {
  const open = [...partsOf(path)];
  let at = ROOT;
  let links = 0;
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = at.slice(0, Math.max(0, at.lastIndexOf('/'))) as ByteString;
      continue;
    }
    const next = joinPath(at, name);
    const node = findNode(objects, root, next);
    if (node?.type === 'symlink') {
      if (++links > MOST_LINKS) return err('its symbolic links lead in a circle');
      if (node.target.startsWith('/')) at = ROOT;
      open.unshift(...partsOf(node.target));
      continue;
    }
    if (node !== undefined && node.type !== 'dir' && open.some((part) => part !== '' && part !== '.'))
      return err(`/${next} is not a directory`);
    at = next;
  }
  const node = findNode(objects, root, at);
  return ok(node === undefined ? { path: at } : { path: at, node });
}
