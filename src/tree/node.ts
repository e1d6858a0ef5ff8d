import { assertNever, bug, type Digest } from '../base/index.js';
import type { ByteString } from './byte-string.js';

/** Extended attributes by name (`security.capability`), values as byte strings. */
export type Xattrs = Readonly<Record<ByteString, ByteString>>;

export interface Meta {
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970, already clamped to the source date epoch. */
  readonly mtime: number;
  /** Absent when there are none. */
  readonly xattrs?: Xattrs;
}

export type Node =
  | { readonly type: 'dir'; readonly tree: Digest }
  | FileNode
  | ({ readonly type: 'symlink'; readonly target: ByteString } & Meta)
  | ({ readonly type: 'fifo' } & Meta)
  | ({ readonly type: 'char' | 'block'; readonly major: number; readonly minor: number } & Meta);

export interface FileNode extends Meta {
  readonly type: 'file';
  readonly size: number;
  readonly digest: Digest;
  /**
   * All paths of the same inode, this one included, in walk order; absent when there is only one. A path is
   * relative to the root, without a leading slash. All of them carry the same list.
   */
  readonly links?: readonly ByteString[];
}

/** One directory: its own metadata and its entries. Its digest is the digest of its encoding. */
export interface Directory {
  readonly meta: Meta;
  readonly entries: ReadonlyMap<ByteString, Node>;
}

type Encoded = readonly unknown[];

/**
 * One line of JSON without a newline: `[mode,uid,gid,mtime,xattrs,[entry…]]` with the entries in byte order.
 * Positional, because a root file system has ten thousand of them.
 */
export function encodeDirectory(directory: Directory): string {
  const names = [...directory.entries.keys()].sort();
  const entries = names.map((name) => encodeNode(name, directory.entries.get(name) ?? bug('entry vanished')));
  return JSON.stringify([...encodeMeta(directory.meta), entries]);
}

function encodeMeta(meta: Meta): Encoded {
  return [meta.mode, meta.uid, meta.gid, meta.mtime, encodeXattrs(meta.xattrs)];
}

function encodeXattrs(xattrs: Xattrs | undefined): Encoded {
  if (xattrs === undefined) return [];
  return Object.entries(xattrs).sort(([a], [b]) => (a < b ? -1 : 1));
}

function encodeNode(name: ByteString, node: Node): Encoded {
  switch (node.type) {
    case 'dir':
      return [name, 'd', node.tree];
    case 'file':
      return node.links === undefined
        ? [name, 'f', ...encodeMeta(node), node.size, node.digest]
        : [name, 'f', ...encodeMeta(node), node.size, node.digest, node.links];
    case 'symlink':
      return [name, 'l', ...encodeMeta(node), node.target];
    case 'fifo':
      return [name, 'p', ...encodeMeta(node)];
    case 'char':
    case 'block':
      return [name, node.type === 'char' ? 'c' : 'b', ...encodeMeta(node), node.major, node.minor];
    default:
      return assertNever(node);
  }
}

type EncodedMeta = [number, number, number, number, [ByteString, ByteString][]];
type EncodedEntry =
  | [ByteString, 'd', Digest]
  | [ByteString, 'f', ...EncodedMeta, number, Digest, ByteString[]?]
  | [ByteString, 'l', ...EncodedMeta, ByteString]
  | [ByteString, 'p', ...EncodedMeta]
  | [ByteString, 'c' | 'b', ...EncodedMeta, number, number];

/** Reads what `encodeDirectory` wrote. The caller has checked the digest, so the form is not checked again. */
export function decodeDirectory(text: string): Directory {
  const [mode, uid, gid, mtime, xattrs, encoded] = JSON.parse(text) as [...EncodedMeta, EncodedEntry[]];
  const entries = new Map<ByteString, Node>();
  for (const entry of encoded) entries.set(entry[0], decodeNode(entry));
  return { meta: decodeMeta([mode, uid, gid, mtime, xattrs]), entries };
}

function decodeMeta([mode, uid, gid, mtime, xattrs]: EncodedMeta): Meta {
  const meta = { mode, uid, gid, mtime };
  return xattrs.length === 0 ? meta : { ...meta, xattrs: Object.fromEntries(xattrs) as Xattrs };
}

function decodeNode(entry: EncodedEntry): Node {
  if (entry[1] === 'd') return { type: 'dir', tree: entry[2] };
  const meta = decodeMeta([entry[2], entry[3], entry[4], entry[5], entry[6]]);
  switch (entry[1]) {
    case 'f': {
      const file = { type: 'file', ...meta, size: entry[7], digest: entry[8] } as const;
      return entry[9] === undefined ? file : { ...file, links: entry[9] };
    }
    case 'l':
      return { type: 'symlink', ...meta, target: entry[7] };
    case 'p':
      return { type: 'fifo', ...meta };
    case 'c':
    case 'b':
      return { type: entry[1] === 'c' ? 'char' : 'block', ...meta, major: entry[7], minor: entry[8] };
    default:
      return assertNever(entry);
  }
}
