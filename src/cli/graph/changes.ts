import type { Digest } from '../../base/index.js';
import {
  type ByteString,
  diffTrees,
  displayName,
  findNode,
  type TreeDifference,
  type TreeObjects,
  walkTree,
} from '../../tree/index.js';

/** What a step changed in the root file system. */
export interface TreeChanges {
  readonly added: number;
  readonly changed: number;
  readonly deleted: number;
  /** The first of them. */
  readonly paths: readonly { readonly how: TreeDifference['how']; readonly path: string }[];
}

export interface TreePair {
  readonly before: Digest;
  readonly after: Digest;
}

/**
 * Counts every path in which two trees differ, those inside of new and deleted directories too, and lists the first.
 * @param most how many paths are listed
 */
export function treeChanges(objects: TreeObjects, { before, after }: TreePair, most: number): TreeChanges {
  const counts = { added: 0, changed: 0, deleted: 0 };
  const paths: { how: TreeDifference['how']; path: string }[] = [];
  for (const { path, how } of diffTrees(objects, before, after)) {
    for (const one of pathsBelow(objects, how === 'deleted' ? before : after, path)) {
      counts[how]++;
      if (paths.length < most) paths.push({ how, path: `/${displayName(one)}` });
      if (how === 'changed') break;
    }
  }
  return { ...counts, paths };
}

/** The path itself, then what a directory there holds. */
function* pathsBelow(objects: TreeObjects, tree: Digest, path: ByteString): Generator<ByteString> {
  const node = findNode(objects, tree, path);
  if (node?.type !== 'dir') yield path;
  else for (const walked of walkTree(objects, node.tree, path)) yield walked.path;
}
