import { bug, type Digest } from '../base/index.js';
import type { ByteString } from './byte-string.js';
import type { Change, LayerChanges } from './changes.js';
import { survivingLinks } from './links.js';
import type { Directory, Meta, Node } from './node.js';
import type { TreeObjects } from './objects.js';
import { partsOf } from './path.js';

/** The changes of one directory, nested. Without `meta` the directory keeps its own. */
interface DirectoryChanges {
  meta?: Meta;
  lower: 'merge' | 'replace';
  readonly children: Map<ByteString, 'whiteout' | Exclude<Node, { type: 'dir' }> | DirectoryChanges>;
}

/**
 * The tree that a layer makes of its parent (or of nothing). Costs what changed: untouched directories keep their
 * digests unread. Names of an inode that the layer replaced or deleted leave their hardlink group, as overlayfs
 * breaks links when it copies up.
 */
export function applyChanges(
  objects: TreeObjects,
  parent: Digest | undefined,
  changes: LayerChanges,
): Digest {
  const nested = nest(changes);
  if (parent !== undefined) {
    for (const [path, node] of survivingLinks(objects, parent, changes)) place(nested, path, node);
  }
  return merge(objects, parent, nested);
}

function nest(changes: LayerChanges): DirectoryChanges {
  const root: DirectoryChanges = { lower: 'merge', children: new Map() };
  for (const change of changes) {
    if (change.kind === 'dir') enter(root, change);
    else place(root, change.path, change.kind === 'whiteout' ? 'whiteout' : change.node);
  }
  return root;
}

function enter(root: DirectoryChanges, change: Extract<Change, { kind: 'dir' }>): void {
  const directory = descend(root, partsOf(change.path));
  directory.meta = change.meta;
  directory.lower = change.lower;
}

function place(
  root: DirectoryChanges,
  path: ByteString,
  what: 'whiteout' | Exclude<Node, { type: 'dir' }>,
): void {
  const parts = partsOf(path);
  const name = parts.at(-1) ?? bug('the root of a layer is not a directory');
  descend(root, parts.slice(0, -1)).children.set(name, what);
}

function descend(root: DirectoryChanges, parts: readonly ByteString[]): DirectoryChanges {
  let directory = root;
  for (const name of parts) {
    let child = directory.children.get(name);
    if (child === undefined || child === 'whiteout' || 'type' in child) {
      child = { lower: 'merge', children: new Map() };
      directory.children.set(name, child);
    }
    directory = child;
  }
  return directory;
}

function merge(objects: TreeObjects, parent: Digest | undefined, changes: DirectoryChanges): Digest {
  const old: Directory | undefined = parent === undefined ? undefined : objects.get(parent);
  const entries = new Map<ByteString, Node>(changes.lower === 'merge' ? old?.entries : undefined);
  for (const [name, change] of changes.children) {
    if (change === 'whiteout') entries.delete(name);
    else if ('type' in change) entries.set(name, change);
    else entries.set(name, { type: 'dir', tree: merge(objects, directoryAt(entries.get(name)), change) });
  }
  const meta = changes.meta ?? old?.meta ?? bug('a layer has entries in a directory that nobody made');
  return objects.put({ meta, entries });
}

function directoryAt(node: Node | undefined): Digest | undefined {
  return node?.type === 'dir' ? node.tree : undefined;
}
