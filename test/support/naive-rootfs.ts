import { type Digest, digestOf } from '../../src/base/index.js';
import {
  type ByteString,
  byteString,
  joinPath,
  type Meta,
  type Node,
  partsOf,
  ROOT,
  type TreeObjects,
} from '../../src/tree/index.js';

/** A file system as a beginner would write it: directories are maps, a hard link is the same object twice. */
export type NaiveEntry = NaiveDirectory | NaiveInode;
export type NaiveInode = NaiveFile | NaiveSpecial;

export interface NaiveDirectory {
  readonly kind: 'dir';
  readonly meta: Meta;
  readonly entries: Map<ByteString, NaiveEntry>;
}

export interface NaiveFile {
  readonly kind: 'file';
  readonly meta: Meta;
  readonly content: Buffer;
}

export interface NaiveSpecial {
  readonly kind: 'special';
  readonly node: Exclude<Node, { type: 'dir' | 'file' }>;
}

/** What a literal may say of a path; `link` names a path that comes before it. */
type Literal = NaiveEntry | { readonly kind: 'link'; readonly to: string };

const PLAIN: Meta = { mode: 0o644, uid: 0, gid: 0, mtime: 1_000 };

export const dir = (meta: Partial<Meta> = {}): NaiveDirectory => ({
  kind: 'dir',
  meta: { ...PLAIN, mode: 0o755, ...meta },
  entries: new Map(),
});

export const file = (content: string | Buffer, meta: Partial<Meta> = {}): NaiveFile => ({
  kind: 'file',
  meta: { ...PLAIN, ...meta },
  content: Buffer.from(content as string),
});

export const symlink = (target: string | Buffer, meta: Partial<Meta> = {}): NaiveSpecial => ({
  kind: 'special',
  node: { type: 'symlink', target: byteString(target), ...PLAIN, mode: 0o777, ...meta },
});

export const fifo = (meta: Partial<Meta> = {}): NaiveSpecial => ({
  kind: 'special',
  node: { type: 'fifo', ...PLAIN, ...meta },
});

export const device = (
  type: 'char' | 'block',
  [major, minor]: readonly [number, number],
  meta: Partial<Meta> = {},
): NaiveSpecial => ({ kind: 'special', node: { type, major, minor, ...PLAIN, ...meta } });

export const link = (to: string): Literal => ({ kind: 'link', to });

/** A file system from paths; directories on the way are made. Paths are text, or byte strings through `raw`. */
export function rootfs(paths: Readonly<Record<string, Literal>>, root = dir()): NaiveDirectory {
  for (const [path, literal] of Object.entries(paths)) put(root, byteString(path), literal);
  return root;
}

/** Adds one entry at a path of raw bytes. */
export function put(root: NaiveDirectory, path: ByteString, literal: Literal): NaiveDirectory {
  const parts = partsOf(path);
  let at = root;
  for (const name of parts.slice(0, -1)) {
    const known = at.entries.get(name);
    const next = known?.kind === 'dir' ? known : dir();
    at.entries.set(name, next);
    at = next;
  }
  const name = parts.at(-1);
  if (name === undefined) throw new Error('the root is there already');
  at.entries.set(name, literal.kind === 'link' ? mustFind(root, byteString(literal.to)) : literal);
  return root;
}

export function find(root: NaiveDirectory, path: ByteString): NaiveEntry | undefined {
  let at: NaiveEntry | undefined = root;
  for (const name of partsOf(path)) at = at?.kind === 'dir' ? at.entries.get(name) : undefined;
  return at;
}

function mustFind(root: NaiveDirectory, path: ByteString): NaiveEntry {
  const found = find(root, path);
  if (found === undefined) throw new Error(`nothing at ${path}`);
  return found;
}

/** Every path with what is there: the root first, directories before what is in them, siblings in byte order. */
export function* listed(
  directory: NaiveDirectory,
  at: ByteString = ROOT,
): Generator<readonly [ByteString, NaiveEntry]> {
  yield [at, directory];
  const names = [...directory.entries.keys()].sort((a, b) => Buffer.compare(latin1(a), latin1(b)));
  for (const name of names) {
    const entry = directory.entries.get(name);
    if (entry === undefined) continue;
    if (entry.kind === 'dir') yield* listed(entry, joinPath(at, name));
    else yield [joinPath(at, name), entry];
  }
}

/** The paths of every inode that has more than one. */
export function linkGroups(root: NaiveDirectory): ReadonlyMap<NaiveEntry, readonly ByteString[]> {
  const groups = new Map<NaiveEntry, ByteString[]>();
  for (const [path, entry] of listed(root)) {
    if (entry.kind === 'file') groups.set(entry, [...(groups.get(entry) ?? []), path]);
  }
  return new Map([...groups].filter(([, paths]) => paths.length > 1));
}

export function nodeOf(inode: NaiveInode, links?: readonly ByteString[]): Exclude<Node, { type: 'dir' }> {
  if (inode.kind === 'special') return inode.node;
  const { meta, content } = inode;
  const node = { type: 'file', ...meta, size: content.length, digest: digestOf(content) } as const;
  return links === undefined ? node : { ...node, links };
}

/** The tree of a file system, from scratch: the oracle for trees that are computed from changes. */
export function treeOf(objects: TreeObjects, root: NaiveDirectory): Digest {
  const groups = linkGroups(root);
  const digestOfDirectory = (directory: NaiveDirectory): Digest => {
    const entries = new Map<ByteString, Node>();
    for (const [name, entry] of directory.entries) {
      const node: Node =
        entry.kind === 'dir'
          ? { type: 'dir', tree: digestOfDirectory(entry) }
          : nodeOf(entry, groups.get(entry));
      entries.set(name, node);
    }
    return objects.put({ meta: directory.meta, entries });
  };
  return digestOfDirectory(root);
}

/** The bytes of every file by digest. */
export function contentsOf(root: NaiveDirectory): ReadonlyMap<Digest, Buffer> {
  const contents = new Map<Digest, Buffer>();
  for (const [, entry] of listed(root)) {
    if (entry.kind === 'file') contents.set(digestOf(entry.content), entry.content);
  }
  return contents;
}

function latin1(name: ByteString): Buffer {
  return Buffer.from(name, 'latin1');
}
