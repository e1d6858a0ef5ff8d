import type { Digest } from '../base/index.js';
import type { ByteString } from './byte-string.js';
import type { Change, LayerChanges } from './changes.js';
import type { FileNode, Node } from './node.js';
import type { TreeObjects } from './objects.js';
import { findNode, walkTree } from './walk.js';

/**
 * Where a layer replaces or deletes some names of an inode, the names that stay: each with the shorter list it now
 * carries. A list of one is no list.
 */
export function survivingLinks(
  objects: TreeObjects,
  parent: Digest,
  changes: LayerChanges,
): ReadonlyMap<ByteString, FileNode> {
  const gone = new Map<ByteString, FileNode>();
  for (const change of changes) collectGone(objects, parent, { change, gone });
  const surviving = new Map<ByteString, FileNode>();
  for (const node of gone.values()) {
    const links = (node.links ?? []).filter((path) => !gone.has(path));
    for (const path of links) surviving.set(path, withLinks(node, links));
  }
  return surviving;
}

/** The same inode under another set of names. */
export function withLinks(node: FileNode, links: readonly ByteString[]): FileNode {
  const { links: _, ...alone } = node;
  return links.length > 1 ? { ...alone, links } : alone;
}

function collectGone(
  objects: TreeObjects,
  parent: Digest,
  { change, gone }: { readonly change: Change; readonly gone: Map<ByteString, FileNode> },
): void {
  const old = findNode(objects, parent, change.path);
  if (old === undefined) return;
  if (old.type !== 'dir') {
    noteLinked(gone, change.path, old);
    return;
  }
  if (change.kind === 'dir' && change.lower === 'merge') return;
  for (const { path, node } of walkTree(objects, old.tree, change.path)) {
    if (node.type === 'file') noteLinked(gone, path, node);
  }
}

function noteLinked(
  gone: Map<ByteString, FileNode>,
  path: ByteString,
  node: Exclude<Node, { type: 'dir' }>,
): void {
  if (node.type === 'file' && node.links !== undefined) gone.set(path, node);
}
