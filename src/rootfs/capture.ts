import { spawn } from 'node:child_process';
import { lutimesSync } from 'node:fs';

import { assertNever } from '../base/index.js';
import {
  type ByteString,
  bytesOf,
  type Change,
  compareWalkOrder,
  type FileNode,
  type LayerChanges,
  type Meta,
  withLinks,
  type Xattrs,
} from '../tree/index.js';
import type { ScannedEntry } from './scanned-entry.js';
import { spawnInside } from './spawn-inside.js';
import { TarScanner } from './tar-scanner.js';

/**
 * What an overlay's upper directory changes, and the same on disk: mtimes after the source date epoch become the
 * epoch and fractions of seconds go, in the files too, because a later step can see them.
 *
 * Node reads no extended attributes, so GNU tar does the reading: one process for the whole directory.
 */
export async function captureChanges(upper: string, sourceDateEpoch: number): Promise<LayerChanges> {
  const entries = await scanWithoutSockets(upper);
  const changes = linkGroups(
    entries,
    entries.map((entry) => changeOf(entry, sourceDateEpoch)),
  );
  for (const entry of entries) {
    const mtime = clampedMtime(entry, sourceDateEpoch);
    if (entry.type !== 'link' && String(mtime) !== entry.mtime && !isWhiteout(entry)) {
      // A Date, because Node takes a negative number for now.
      const time = new Date(mtime * 1000);
      lutimesSync(Buffer.concat([Buffer.from(`${upper}/`), bytesOf(entry.path)]), time, time);
    }
  }
  return changes;
}

/**
 * Sockets are the traces of programs that no longer run. GNU tar leaves them out, so what a socket hides in the layers
 * below would come back: each becomes a whiteout.
 */
async function scanWithoutSockets(directory: string): Promise<readonly ScannedEntry[]> {
  const first = await scan(directory);
  if (!/socket ignored/.test(first.said)) return first.entries;
  const replace = ['-type', 's', '-exec', 'rm', '{}', ';', '-exec', 'mknod', '{}', 'c', '0', '0', ';'];
  const ended = await spawnInside({
    argv: ['find', directory, ...replace],
    env: {},
    onOutput: () => undefined,
    signal: new AbortController().signal,
  });
  if ('signal' in ended || ended.status !== 0)
    throw new Error(`the sockets in ${directory} could not be replaced`);
  return (await scan(directory)).entries;
}

interface Scan {
  readonly entries: readonly ScannedEntry[];
  /** What tar wrote beside the archive. */
  readonly said: string;
}

function scan(directory: string): Promise<Scan> {
  const entries: ScannedEntry[] = [];
  const scanner = new TarScanner((entry) => entries.push(entry));
  // No atime and ctime: they would cost a kilobyte a file.
  const pax = '--pax-option=delete=atime,delete=ctime';
  const argv = [
    '--create',
    '--format=pax',
    pax,
    '--numeric-owner',
    '--xattrs',
    '--xattrs-include=*',
    '--file=-',
    '.',
  ];
  const tar = spawn('tar', ['--directory', directory, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  tar.stdout.on('data', (chunk: Buffer) => scanner.write(chunk));
  tar.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  return new Promise((resolve, reject) => {
    tar.on('error', reject);
    tar.on('close', (status) => {
      if (status === 0) resolve({ entries, said: Buffer.concat(said).toString('latin1') });
      else reject(new Error(`tar could not read ${directory}: ${Buffer.concat(said).toString()}`));
    });
  });
}

function changeOf(entry: ScannedEntry, sourceDateEpoch: number): Change {
  const { path } = entry;
  const meta = metaOf(entry, sourceDateEpoch);
  switch (entry.type) {
    case 'dir':
      return { kind: 'dir', path, meta, lower: isOpaque(entry.xattrs) ? 'replace' : 'merge' };
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
      if (isWhiteout(entry)) return { kind: 'whiteout', path };
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

function metaOf(entry: ScannedEntry, sourceDateEpoch: number): Meta {
  const xattrs = Object.entries(entry.xattrs).filter(([name]) => !name.startsWith(OVERLAY_PREFIX));
  const meta = {
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtime: clampedMtime(entry, sourceDateEpoch),
  };
  return xattrs.length === 0 ? meta : { ...meta, xattrs: Object.fromEntries(xattrs) as Xattrs };
}

function clampedMtime(entry: ScannedEntry, sourceDateEpoch: number): number {
  return Math.min(Math.floor(Number(entry.mtime)), sourceDateEpoch);
}

/** overlayfs notes for itself (`origin`, `impure`, `opaque`): no part of the tree. */
const OVERLAY_PREFIX = 'user.overlay.';

function isOpaque(xattrs: Xattrs): boolean {
  return Object.entries(xattrs).some(([name, value]) => name === `${OVERLAY_PREFIX}opaque` && value === 'y');
}

/** Documentation/filesystems/overlayfs.rst: a character device with number 0/0. */
function isWhiteout(entry: ScannedEntry): boolean {
  return entry.type === 'char' && entry.major === 0 && entry.minor === 0;
}
