import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { digestFromHex, digestOf, unseal } from '../../base/index.js';
import type { ActionResult } from '../action-cache.js';
import { loggedRuns } from '../last-runs.js';
import { lockedBlobs } from '../locked-blobs.js';
import type { Store } from '../open.js';
import { readEntryText } from '../read-entry.js';
import { readSegments } from '../segment-index.js';
import { type Inventory, itemId, type StoredItem, type StoredRecord } from './inventory.js';

/** deflate needs about 25 ms for a MiB: what it costs to make a segment again, per byte. */
const SEGMENT_MS = 25 / 1048576;

/**
 * Looks at everything in a store, without marking it as used. Items come before records: what appears in between is
 * then named by a record that is seen, or is younger than the look itself.
 */
export async function takeInventory(store: Store, signal: AbortSignal): Promise<Inventory> {
  const found = new Findings(signal);
  await found.fanOut(join(store.root, 'blobs/sha256'), 'blobs/sha256', (file) => blobItem(file));
  await found.layers(store);
  const segmentFiles = await found.fanOut(join(store.root, 'segments'), 'segments', (file) =>
    plainItem(file),
  );
  const actionFiles = await found.fanOut(join(store.root, 'actions'), 'actions', () => undefined);
  for (const file of segmentFiles) await found.segments(file);
  for (const file of actionFiles) await found.action(file);
  const logs = await loggedRuns(store.lastDirectory);
  const locked = await lockedBlobs(store.lastDirectory, (blob) => store.blobs.pathOf(blob));
  return { ...found, logs: blobIds(logs), locked: blobIds(locked) };
}

function blobIds(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => itemId({ kind: 'blob', name })));
}

interface FoundFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly usedAt: number;
}

class Findings implements Omit<Inventory, 'logs' | 'locked'> {
  readonly items = new Map<string, StoredItem>();
  readonly records: StoredRecord[] = [];
  readonly unfinished: { path: string; bytes: number; usedAt: number }[] = [];
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Looks through `DIRECTORY/ab/*`; answers the files that are records and no items. */
  async fanOut(
    directory: string,
    shownAs: string,
    itemOf: (file: FoundFile) => StoredItem | undefined,
  ): Promise<readonly FoundFile[]> {
    const records: FoundFile[] = [];
    for (const part of await namesIn(directory)) {
      this.#signal.throwIfAborted();
      for (const entry of await namesIn(join(directory, part.name))) {
        const file = await foundFile(join(directory, part.name, entry.name), entry.name);
        if (file === undefined) continue;
        const item = itemOf(file);
        if (item !== undefined) this.items.set(itemId(item), item);
        else if (/^[0-9a-f]{64}\.json$/.test(entry.name)) records.push(file);
        else this.#leave(`${shownAs}/${part.name}/${entry.name}`, file);
      }
    }
    return records;
  }

  async layers(store: Store): Promise<void> {
    for (const { name } of await namesIn(store.layers.directory)) {
      this.#signal.throwIfAborted();
      if (!/^[0-9a-f]{8}$/.test(name)) {
        await this.#markAlone(store, name);
        continue;
      }
      const stats = await statsOf(store.layers.pathOf(name));
      if (stats === undefined) continue;
      const mark = await store.layers.mark(name);
      const marked = await statsOf(store.layers.markPath(name));
      const bytes = mark?.bytes ?? (await treeBytes(store.layers.pathOf(name)));
      // The times of the directory itself are those of the root file system, but for its ctime.
      const item = { kind: 'layer', name, bytes, usedAt: marked?.mtimeMs ?? stats.ctimeMs } as const;
      this.items.set(itemId(item), item);
    }
  }

  /** The mark of a layer whose directory somebody has deleted, or one that was never finished. */
  async #markAlone(store: Store, name: string): Promise<void> {
    const [id = ''] = name.split('.');
    if (name === `${id}.ok` && (await statsOf(store.layers.pathOf(id))) !== undefined) return;
    const file = await foundFile(join(store.layers.directory, name), name);
    if (file !== undefined) this.#leave(`layers/${name}`, file);
  }

  /** A damaged record names nothing, so it is of no use and what it named goes with it. */
  async segments(file: FoundFile): Promise<void> {
    this.#signal.throwIfAborted();
    const segments = readSegments(await textOf(file.path)) ?? [];
    const [only, more] = segments;
    // A record of one segment saves its compression, one of many a walk through what they hold.
    const savedMs = only === undefined || more !== undefined ? segments.length : only.plain.size * SEGMENT_MS;
    this.#record('segments', file, {
      savedMs,
      refers: segments.flatMap(({ blob, plain }) => [`blob ${blob.slice(7)}`, `plain ${plain.key.slice(7)}`]),
    });
  }

  async action(file: FoundFile): Promise<void> {
    this.#signal.throwIfAborted();
    const body = unseal(await textOf(file.path));
    const result = body === undefined ? undefined : (JSON.parse(body) as ActionResult);
    if (result === undefined || digestOf(result.action) !== digestFromHex(file.name.slice(0, 64))) {
      this.#record('action', file, { savedMs: 0, refers: [] });
      return;
    }
    const { kind } = JSON.parse(result.action) as { readonly kind?: unknown };
    this.#record('action', file, {
      savedMs: result.durationMs,
      // What it was made of, too: packages that a lock names are in no other result.
      refers: namesOf(JSON.stringify([result.outputs, result.log ?? null, result.action])),
      ...(typeof kind === 'string' ? { action: kind } : {}),
    });
  }

  #record(
    kind: StoredRecord['kind'],
    { name, bytes, usedAt }: FoundFile,
    rest: Pick<StoredRecord, 'savedMs' | 'refers' | 'action'>,
  ): void {
    const refers = [...new Set(rest.refers)].filter((id) => this.items.has(id));
    this.records.push({ kind, key: name.slice(0, 64), bytes, usedAt, ...rest, refers });
  }

  #leave(path: string, { bytes, usedAt }: FoundFile): void {
    this.unfinished.push({ path, bytes, usedAt });
  }
}

/**
 * What outputs and actions may name: blobs by 64 hexadecimal digits, wherever they stand, and layers by a string of 8. What kinds of
 * steps there are, and what the shapes of their outputs mean, the store does not know; a number that is taken for a
 * name keeps something a while longer, and no more.
 */
function namesOf(json: string): readonly string[] {
  const blobs = [...json.matchAll(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g)].map(([hex]) => `blob ${hex}`);
  const layers = [...json.matchAll(/"([0-9a-f]{8})"/g)].map(([, id]) => `layer ${id}`);
  return [...blobs, ...layers];
}

function blobItem({ name, bytes, usedAt }: FoundFile): StoredItem | undefined {
  return /^[0-9a-f]{64}$/.test(name) ? { kind: 'blob', name, bytes, usedAt } : undefined;
}

function plainItem({ name, bytes, usedAt }: FoundFile): StoredItem | undefined {
  return /^[0-9a-f]{64}\.tar$/.test(name)
    ? { kind: 'plain', name: name.slice(0, 64), bytes, usedAt }
    : undefined;
}

async function namesIn(directory: string): Promise<readonly Dirent[]> {
  return readdir(directory, { withFileTypes: true }).catch(() => []);
}

async function foundFile(path: string, name: string): Promise<FoundFile | undefined> {
  const stats = await statsOf(path);
  return stats?.isFile() === true ? { path, name, bytes: onDisk(stats), usedAt: stats.mtimeMs } : undefined;
}

async function statsOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch(() => undefined);
}

/** stat(2) counts blocks of 512 bytes. */
function onDisk({ blocks }: Stats): number {
  return blocks * 512;
}

async function textOf(path: string): Promise<string> {
  return readEntryText(path).catch(() => '');
}

/** Of a layer that an older mkve made. Directories that only a worker may look into are not counted. */
async function treeBytes(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await namesIn(directory)) {
    const path = join(directory, entry.name);
    const stats = await statsOf(path);
    bytes += stats === undefined ? 0 : onDisk(stats);
    if (entry.isDirectory()) bytes += await treeBytes(path);
  }
  return bytes;
}
