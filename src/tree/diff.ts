import { type CanonicalValue, canonicalJson, type Digest } from '../base/index.js';
import type { ByteString } from './byte-string.js';
import type { Meta, Node } from './node.js';
import type { TreeObjects } from './objects.js';
import { joinPath, ROOT } from './path.js';

export interface TreeDifference {
  readonly path: ByteString;
  readonly how: 'added' | 'changed' | 'deleted';
}

/** Paths in which two trees differ, in walk order. Equal subtrees are not entered. */
export function* diffTrees(
  objects: TreeObjects,
  before: Digest,
  after: Digest,
  at: ByteString = ROOT,
): Generator<TreeDifference> {
  if (before === after) return;
  const old = objects.get(before);
  const now = objects.get(after);
  if (!same(old.meta, now.meta)) yield { path: at, how: 'changed' };
  for (const name of [...new Set([...old.entries.keys(), ...now.entries.keys()])].sort()) {
    yield* diffNodes(objects, {
      before: old.entries.get(name),
      after: now.entries.get(name),
      path: joinPath(at, name),
    });
  }
}

function* diffNodes(
  objects: TreeObjects,
  pair: { readonly before: Node | undefined; readonly after: Node | undefined; readonly path: ByteString },
): Generator<TreeDifference> {
  const { before, after, path } = pair;
  if (before?.type === 'dir' && after?.type === 'dir')
    yield* diffTrees(objects, before.tree, after.tree, path);
  else if (before === undefined) yield { path, how: 'added' };
  else if (after === undefined) yield { path, how: 'deleted' };
  else if (!same(before, after)) yield { path, how: 'changed' };
}

function same(a: Node | Meta, b: Node | Meta): boolean {
  return canonicalJson(a as unknown as CanonicalValue) === canonicalJson(b as unknown as CanonicalValue);
}
