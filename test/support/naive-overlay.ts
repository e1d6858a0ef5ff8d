import {
  type ByteString,
  type Change,
  compareWalkOrder,
  joinPath,
  type LayerChanges,
  type Meta,
  partsOf,
  ROOT,
} from '../../src/tree/index.js';
import { find, type NaiveDirectory, type NaiveEntry, type NaiveInode, nodeOf } from './naive-rootfs.js';

interface UpperDirectory {
  readonly kind: 'upper';
  meta: Meta;
  opaque: boolean;
  readonly entries: Map<ByteString, UpperEntry>;
}

/** A box round each inode, so that a write through one of its names is seen through the others. */
interface Cell {
  readonly kind: 'cell';
  inode: NaiveInode;
}

type UpperEntry = UpperDirectory | Cell | 'whiteout';

/**
 * What overlayfs does, in memory and without any cleverness: a lower file system that is never written to, and an
 * upper directory of what was. A lower file that is written to is copied up under that one name, which breaks its
 * links. Documentation/filesystems/overlayfs.rst.
 */
export class NaiveOverlay {
  readonly #lower: NaiveDirectory | undefined;
  readonly #upper: UpperDirectory;

  constructor(lower: NaiveDirectory | undefined, rootMeta: Meta) {
    this.#lower = lower;
    this.#upper = { kind: 'upper', meta: lower?.meta ?? rootMeta, opaque: false, entries: new Map() };
  }

  /** What a process in the mount sees. Inodes of two names are one object, in a view and in the next. */
  view(): NaiveDirectory {
    return merged(this.#lower, this.#upper);
  }

  /** The upper directory as the scanner reports it. */
  changes(): LayerChanges {
    const names = new Map<Cell, ByteString[]>();
    for (const [path, entry] of upperListed(this.#upper, ROOT)) {
      if (entry !== 'whiteout' && entry.kind === 'cell')
        names.set(entry, [...(names.get(entry) ?? []), path]);
    }
    return [...upperListed(this.#upper, ROOT)].map(([path, entry]): Change => {
      if (entry === 'whiteout') return { kind: 'whiteout', path };
      if (entry.kind === 'upper')
        return { kind: 'dir', path, meta: entry.meta, lower: entry.opaque ? 'replace' : 'merge' };
      const links = (names.get(entry) ?? []).sort(compareWalkOrder);
      return { kind: 'node', path, node: nodeOf(entry.inode, links.length > 1 ? links : undefined) };
    });
  }

  /** Makes or overwrites a file; a directory in the way stays. */
  write(path: ByteString, inode: NaiveInode): void {
    const old = this.#find(path);
    if (old?.kind === 'dir') return;
    if (old?.kind === 'file' && inode.kind === 'file') this.#copyUp(path).inode = inode;
    else this.#set(path, { kind: 'cell', inode });
  }

  mkdir(path: ByteString, meta: Meta): void {
    if (this.#find(path) !== undefined) return;
    const opaque = this.#lowerAt(path) !== undefined;
    this.#set(path, { kind: 'upper', meta, opaque, entries: new Map() });
  }

  chmod(path: ByteString, meta: Meta): void {
    const old = this.#find(path);
    if (old === undefined) return;
    if (old.kind === 'dir') {
      this.#upperDirectory(path).meta = meta;
      return;
    }
    const cell = this.#copyUp(path);
    cell.inode =
      cell.inode.kind === 'file'
        ? { ...cell.inode, meta }
        : { kind: 'special', node: { ...cell.inode.node, mode: meta.mode, uid: meta.uid } };
  }

  /** Deletes a path with all that is in it. */
  remove(path: ByteString): void {
    if (path === ROOT || this.#find(path) === undefined) return;
    if (this.#lowerAt(path) !== undefined) this.#set(path, 'whiteout');
    else this.#unset(path);
  }

  link(from: ByteString, to: ByteString): void {
    if (this.#find(from)?.kind !== 'file' || this.#find(to) !== undefined) return;
    this.#set(to, this.#copyUp(from));
  }

  rename(from: ByteString, to: ByteString): void {
    const old = this.#find(from);
    const target = this.#find(to);
    if (from === to || old === undefined || old.kind === 'dir' || target?.kind === 'dir') return;
    const cell = this.#copyUp(from);
    // rename(2): two names of one file stay as they are.
    if (this.#upperAt(to) === cell) return;
    this.#set(to, cell);
    this.remove(from);
  }

  #find(path: ByteString): NaiveEntry | undefined {
    return find(this.view(), path);
  }

  #copyUp(path: ByteString): Cell {
    const known = this.#upperAt(path);
    if (known !== undefined && known !== 'whiteout' && known.kind === 'cell') return known;
    const lower = this.#find(path);
    if (lower === undefined || lower.kind === 'dir') throw new Error(`no file at ${path}`);
    const cell: Cell = { kind: 'cell', inode: { ...lower } };
    this.#set(path, cell);
    return cell;
  }

  #set(path: ByteString, entry: UpperEntry): void {
    const { parent, name } = split(path);
    this.#upperDirectory(parent).entries.set(name, entry);
  }

  #unset(path: ByteString): void {
    const { parent, name } = split(path);
    this.#upperDirectory(parent).entries.delete(name);
  }

  /** The upper directory at a path, copied up with those above it where only the lower one is there. */
  #upperDirectory(path: ByteString): UpperDirectory {
    if (path === ROOT) return this.#upper;
    const known = this.#upperAt(path);
    if (known !== undefined && known !== 'whiteout' && known.kind === 'upper') return known;
    const seen = this.#find(path);
    if (seen?.kind !== 'dir') throw new Error(`no directory at ${path}`);
    const made: UpperDirectory = { kind: 'upper', meta: seen.meta, opaque: false, entries: new Map() };
    this.#set(path, made);
    return made;
  }

  #upperAt(path: ByteString): UpperEntry | undefined {
    let at: UpperEntry | undefined = this.#upper;
    for (const name of partsOf(path)) {
      if (at === undefined || at === 'whiteout' || at.kind !== 'upper') return undefined;
      at = at.entries.get(name);
    }
    return at;
  }

  /** What the lower file system has at a path and would show, were the upper one without that path. */
  #lowerAt(path: ByteString): NaiveEntry | undefined {
    let lower: NaiveEntry | undefined = this.#lower;
    let upper: UpperEntry | undefined = this.#upper;
    for (const name of partsOf(path)) {
      if (upper !== undefined && (upper === 'whiteout' || upper.kind !== 'upper' || upper.opaque))
        return undefined;
      lower = lower?.kind === 'dir' ? lower.entries.get(name) : undefined;
      upper = upper?.entries.get(name);
    }
    return lower;
  }
}

function merged(lower: NaiveDirectory | undefined, upper: UpperDirectory): NaiveDirectory {
  const entries = new Map<ByteString, NaiveEntry>(upper.opaque ? [] : lower?.entries);
  for (const [name, entry] of upper.entries) {
    const below = entries.get(name);
    if (entry === 'whiteout') entries.delete(name);
    else if (entry.kind === 'upper')
      entries.set(name, merged(below?.kind === 'dir' ? below : undefined, entry));
    else entries.set(name, entry.inode);
  }
  return { kind: 'dir', meta: upper.meta, entries };
}

function* upperListed(
  directory: UpperDirectory,
  at: ByteString,
): Generator<readonly [ByteString, UpperEntry]> {
  yield [at, directory];
  for (const [name, entry] of directory.entries) {
    const path = joinPath(at, name);
    if (entry !== 'whiteout' && entry.kind === 'upper') yield* upperListed(entry, path);
    else yield [path, entry];
  }
}

function split(path: ByteString): { readonly parent: ByteString; readonly name: ByteString } {
  const parts = partsOf(path);
  const name = parts.at(-1);
  if (name === undefined) throw new Error('the root has no parent');
  return { parent: parts.slice(0, -1).join('/') as ByteString, name };
}
