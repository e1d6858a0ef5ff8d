import { assertNever } from '../base/index.js';
import {
  type ByteString,
  type Change,
  compareWalkOrder,
  type FileNode,
  type LayerChanges,
  type Meta,
  withLinks,
  type Xattrs,
} from '../tree/index.js';
import type { ScannedEntry } from './scanned-entry.js';

interface Reading {
  /** Seconds. */
  readonly sourceDateEpoch: number;
  /** `layer`: the directory is an overlay's, whose marks count and are taken off. `whole`: everything is what it is. */
  readonly meaning: 'layer' | 'whole';
}

/** What the scan of a directory says, as changes to what is below it; to nothing, when it is whole. */
export function changesOf(entries: readonly ScannedEntry[], reading: Reading): LayerChanges {
  return linkGroups(
    entries,
    entries.map((entry) => changeOf(entry, reading)),
  );
}

function changeOf(entry: ScannedEntry, reading: Reading): Change {
  const { path } = entry;
  const meta = metaOf(entry, reading);
  const isLayer = reading.meaning === 'layer';
  switch (entry.type) {
    case 'dir':
      return { kind: 'dir', path, meta, lower: isLayer && isOpaque(entry.xattrs) ? 'replace' : 'merge' };
    case 'file':
      return { kind: 'node', path, node: { type: 'file', ...meta, size: entry.size, digest: entry.digest } };
    case 'link':
      // Replaced by `linkGroups`, which knows the file behind it.
      return { kind: 'whiteout', path };
    case 'symlink':
      return { kind: 'node', path, node: { type: 'symlink', ...meta, target: entry.target } };
    case 'fifo':
      return { kind: 'node', path, node: { type: 'fifo', ...meta } };
    case 'char':
    case 'block':
      if (isLayer && isWhiteout(entry)) return { kind: 'whiteout', path };
      return {
        kind: 'node',
        path,
        node: { type: entry.type, ...meta, major: entry.major, minor: entry.minor },
      };
    default:
      return assertNever(entry);
  }
}

/** Gives all names of one inode the same node, which lists them. */
function linkGroups(entries: readonly ScannedEntry[], changes: readonly Change[]): LayerChanges {
  const groups = new Map<ByteString, ByteString[]>();
  for (const entry of entries) {
    if (entry.type !== 'link') continue;
    const group = groups.get(entry.target) ?? [entry.target];
    group.push(entry.path);
    groups.set(entry.target, group);
  }
  if (groups.size === 0) return changes;
  const nodes = new Map<ByteString, Exclude<Extract<Change, { kind: 'node' }>['node'], undefined>>();
  for (const change of changes) if (change.kind === 'node') nodes.set(change.path, change.node);
  const byPath = new Map<ByteString, Change>();
  for (const [first, names] of groups) {
    const node = nodes.get(first);
    if (node === undefined) continue;
    const links = names.sort(compareWalkOrder);
    // A symlink or FIFO may have several names too; only files are worth remembering it for.
    const linked = node.type === 'file' ? withLinks(node as FileNode, links) : node;
    for (const path of links) byPath.set(path, { kind: 'node', path, node: linked });
  }
  return changes.map((change) => byPath.get(change.path) ?? change);
}

function metaOf(entry: ScannedEntry, { sourceDateEpoch, meaning }: Reading): Meta {
  const xattrs = Object.entries(entry.xattrs).filter(
    ([name]) => meaning === 'whole' || !name.startsWith(OVERLAY_PREFIX),
  );
  const meta = {
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtime: clampedMtime(entry, sourceDateEpoch),
  };
  return xattrs.length === 0 ? meta : { ...meta, xattrs: Object.fromEntries(xattrs) as Xattrs };
}

/** Whole seconds, at most the source date epoch. */
export function clampedMtime(entry: ScannedEntry, sourceDateEpoch: number): number {
  return Math.min(Math.floor(Number(entry.mtime)), sourceDateEpoch);
}

/** overlayfs notes for itself (`origin`, `impure`, `opaque`): no part of the tree. */
const OVERLAY_PREFIX = 'user.overlay.';

function isOpaque(xattrs: Xattrs): boolean {
  return Object.entries(xattrs).some(([name, value]) => name === `${OVERLAY_PREFIX}opaque` && value === 'y');
}

/** Documentation/filesystems/overlayfs.rst: a character device with number 0/0. */
export function isWhiteout(entry: ScannedEntry): boolean {
  return entry.type === 'char' && entry.major === 0 && entry.minor === 0;
}
