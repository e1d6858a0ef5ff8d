import { lutimesSync } from 'node:fs';

import { bytesOf, displayName, type LayerChanges } from '../tree/index.js';
import { PathTooLong } from './layer-limit.js';
import { type Scan, scanDirectory } from './scan-directory.js';
import { changesOf, clampedMtime, isWhiteout } from './scanned-changes.js';
import type { ScannedEntry } from './scanned-entry.js';
import { spawnInside } from './spawn-inside.js';

/**
 * Bytes of a path in a root file system. The kernel takes 4096 of the whole path (PATH_MAX); what is left is for the path of
 * the store, so that a layer which one machine can read another can, too.
 */
const MOST_PATH = 3000;

interface Capture {
  /** Seconds. */
  readonly sourceDateEpoch: number;
  /** Files with more bytes than these are not read: `LayerTooLarge`. */
  readonly mostBytes?: number;
}

/**
 * What an overlay's upper directory changes, and the same on disk: mtimes after the source date epoch become the
 * epoch and fractions of seconds go, in the files too, because a later step can see them.
 *
 * Node reads no extended attributes, so GNU tar does the reading: one process for the whole directory.
 */
export async function captureChanges(upper: string, reading: Capture): Promise<LayerChanges> {
  const { sourceDateEpoch } = reading;
  const entries = await scanWithoutSockets(upper, reading);
  const tooLong = entries.find(({ path }) => path.length > MOST_PATH);
  if (tooLong !== undefined) throw new PathTooLong(`/${displayName(tooLong.path)}`, MOST_PATH);
  const changes = changesOf(entries, { sourceDateEpoch, meaning: 'layer' });
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
async function scanWithoutSockets(directory: string, reading: Capture): Promise<readonly ScannedEntry[]> {
  const first = await scan(directory, reading);
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
  return (await scan(directory, reading)).entries;
}

async function scan(directory: string, { mostBytes }: Capture): Promise<Scan> {
  const scanned = await scanDirectory(directory, {
    env: undefined,
    ...(mostBytes === undefined ? {} : { mostBytes }),
  });
  if (scanned.status === 0) return scanned;
  throw new Error(`tar could not read ${directory}: ${scanned.said}`);
}
