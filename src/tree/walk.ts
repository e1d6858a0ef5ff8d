import type { Digest } from '../base/index.js';
import type { ByteString } from './byte-string.js';
import type { Meta, Node } from './node.js';
import type { TreeObjects } from './objects.js';
import { joinPath, partsOf, ROOT } from './path.js';

export type WalkedNode =
  | { readonly path: ByteString; readonly node: Exclude<Node, { type: 'dir' }> }
  | {
      readonly path: ByteString;
      readonly node: { readonly type: 'dir'; readonly tree: Digest; readonly meta: Meta };
    };

/** Every node of a tree in walk order, the root first: a directory, then its entries by the bytes of their names. */
export function* walkTree(
  objects: TreeObjects,
  root: Digest,
  from: ByteString = ROOT,
): Generator<WalkedNode> {
  const directory = objects.get(root);
  yield { path: from, node: { type: 'dir', tree: root, meta: directory.meta } };
  for (const name of [...directory.entries.keys()].sort()) {
    const node = directory.entries.get(name);
    if (node === undefined) continue;
    const path = joinPath(from, name);
    if (node.type === 'dir') yield* walkTree(objects, node.tree, path);
    else yield { path, node };
  }
}

/** The node at a path, symbolic links not followed. */
export function findNode(objects: TreeObjects, root: Digest, path: ByteString): Node | undefined {
  let node: Node = { type: 'dir', tree: root };
  for (const name of partsOf(path)) {
    if (node.type !== 'dir') return undefined;
    const next: Node | undefined = objects.get(node.tree).entries.get(name);
    if (next === undefined) return undefined;
    node = next;
  }
  return node;
}
