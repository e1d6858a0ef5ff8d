import { type CanonicalValue, canonicalJson, type Digest } from '../base/index.js';
import type { ByteString } from './byte-string.js';
import type { Directory, Meta, Node } from './node.js';
import type { TreeObjects } from './objects.js';
import { joinPath, partsOf, ROOT } from './path.js';
import type { WalkedNode } from './walk.js';

/** A node with what is known of it, directories with their own metadata. */
export type SeenNode = WalkedNode['node'];

/** A path at which two trees differ: it is new, gone, or something else. */
export interface NodeDifference {
  readonly path: ByteString;
  /** Absent where nothing was. */
  readonly before?: SeenNode;
  /** Absent where nothing is any more. */
  readonly after?: SeenNode;
}

/** What about a node is another than before. `names`: the other names of the same file. */
export type ChangedPart =
  | 'type'
  | 'content'
  | 'target'
  | 'device'
  | 'mode'
  | 'owner'
  | 'time'
  | 'attributes'
  | 'names';

/**
 * Every path at which two trees differ, in walk order, with all that is in new and in deleted directories. Equal subtrees
 * are not entered. The time of a directory follows from what is in it: where something in it is listed and nothing else about
 * the directory is new, it is left out.
 */
export function nodeDifferences(
  objects: TreeObjects,
  before: Digest,
  after: Digest,
): readonly NodeDifference[] {
  const all = [...compare(objects, ROOT, { before: directory(before), after: directory(after) })];
  const parents = new Set(all.filter(({ path }) => path !== ROOT).map(({ path }) => parentOf(path)));
  return all.filter((one) => !(parents.has(one.path) && isTimeOfDirectory(one)));
}

/** What about a node that was there before and still is has changed. */
export function changedParts({
  before,
  after,
}: Required<Pick<NodeDifference, 'before' | 'after'>>): readonly ChangedPart[] {
  const [old, now] = [metaOf(before), metaOf(after)];
  const parts: readonly (readonly [ChangedPart, boolean])[] = [
    ['type', before.type !== after.type],
    ['content', before.type === 'file' && after.type === 'file' && before.digest !== after.digest],
    ['target', before.type === 'symlink' && after.type === 'symlink' && before.target !== after.target],
    ['device', isDevice(before) && isDevice(after) && !same(numbersOf(before), numbersOf(after))],
    ['mode', old.mode !== now.mode],
    ['owner', old.uid !== now.uid || old.gid !== now.gid],
    ['time', old.mtime !== now.mtime],
    ['attributes', !same(old.xattrs ?? {}, now.xattrs ?? {})],
    ['names', before.type === 'file' && after.type === 'file' && !same(before.links, after.links)],
  ];
  return parts.flatMap(([part, isChanged]) => (isChanged ? [part] : []));
}

export function metaOf(node: SeenNode): Meta {
  return node.type === 'dir' ? node.meta : node;
}

interface Pair {
  readonly before: Node | undefined;
  readonly after: Node | undefined;
}

function* compare(objects: TreeObjects, path: ByteString, pair: Pair): Generator<NodeDifference> {
  const before = pair.before === undefined ? undefined : seen(objects, pair.before);
  const after = pair.after === undefined ? undefined : seen(objects, pair.after);
  if (before !== undefined && after !== undefined) {
    if (before.type === 'dir' && after.type === 'dir' && before.tree === after.tree) return;
    if (changedParts({ before, after }).length > 0) yield { path, before, after };
  } else if (before !== undefined) yield { path, before };
  else if (after !== undefined) yield { path, after };
  const [old, now] = [entriesOf(objects, pair.before), entriesOf(objects, pair.after)];
  for (const name of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    yield* compare(objects, joinPath(path, name), { before: old.get(name), after: now.get(name) });
  }
}

const NO_ENTRIES: Directory['entries'] = new Map();

function entriesOf(objects: TreeObjects, node: Node | undefined): Directory['entries'] {
  return node?.type === 'dir' ? objects.get(node.tree).entries : NO_ENTRIES;
}

function seen(objects: TreeObjects, node: Node): SeenNode {
  return node.type === 'dir' ? { ...node, meta: objects.get(node.tree).meta } : node;
}

function directory(tree: Digest): Node {
  return { type: 'dir', tree };
}

function isTimeOfDirectory({ before, after }: NodeDifference): boolean {
  if (before?.type !== 'dir' || after?.type !== 'dir') return false;
  return changedParts({ before, after }).every((part) => part === 'time');
}

function isDevice(node: SeenNode): node is Extract<SeenNode, { type: 'char' | 'block' }> {
  return node.type === 'char' || node.type === 'block';
}

function numbersOf({ major, minor }: { readonly major: number; readonly minor: number }) {
  return [major, minor];
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson((a ?? null) as CanonicalValue) === canonicalJson((b ?? null) as CanonicalValue);
}

function parentOf(path: ByteString): ByteString {
  return partsOf(path).slice(0, -1).join('/') as ByteString;
}
