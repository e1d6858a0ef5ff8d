import { lstat, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { hasErrorCode, linkOrCopy } from '../../base/index.js';
import { KeyLock } from '../key-lock.js';
import type { Store } from '../open.js';
import { type Choice, type CollectPolicy, chooseVictims } from './choose.js';
import { type Inventory, itemId, type StoredItem, type StoredRecord } from './inventory.js';
import { itemPath, recordPath } from './paths.js';
import { takeInventory } from './take-inventory.js';

export interface CollectRequest {
  /** Bytes on the disk that the store may take. */
  readonly limit: number;
  /** `clear`: as if the limit were 0 and nothing were pinned, logs of last runs included. */
  readonly extent: 'limit' | 'clear';
  readonly isKept: (record: StoredRecord) => boolean;
  /** Empties a directory of the store, named relative to it, whose files may belong to any user of a worker. */
  readonly emptyDirectory: (path: string) => Promise<boolean>;
  /** `look`: says what would go. */
  readonly mode: 'collect' | 'look';
  /** Whether another collection under way is waited for. */
  readonly patience: 'wait' | 'leave';
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

export interface Collected {
  readonly records: readonly StoredRecord[];
  readonly items: readonly StoredItem[];
  /** Bytes on the disk. */
  readonly before: number;
  readonly after: number;
  /** What running builds may use, in bytes, so that it stayed. */
  readonly inUse: number;
}

const LOCK = 'collect';
/** File systems keep their own time, by ticks of some milliseconds. */
const SLACK_MS = 2_000;

/**
 * Removes what nothing names and, above the limit, what is worth least. Any number of builds may run meanwhile: what they
 * use they have marked (`markUsed`) since they began, and a mark made at the last moment is seen, because everything is
 * first moved out of the way and then looked at again. Cut short at any point it leaves a store that has less, and nothing
 * half: a record goes before what it names.
 * @returns nothing when another collection is under way and is not waited for
 */
export async function collect(store: Store, request: CollectRequest): Promise<Collected | undefined> {
  const locks = new KeyLock(join(store.root, 'locks'));
  const release =
    request.patience === 'wait' ? await locks.acquire(LOCK, request) : await locks.acquireIfFree(LOCK);
  if (release === undefined) return undefined;
  try {
    const now = (await stat(join(store.root, 'locks', LOCK))).mtimeMs;
    const running = await store.running.oldest();
    const usedBefore = unusedSince(now, running);
    const taken = await takeInventory(store, request.signal);
    const inventory =
      request.extent === 'clear' ? { ...taken, logs: new Set<string>(), locked: new Set<string>() } : taken;
    const policy: CollectPolicy =
      request.extent === 'clear'
        ? { limit: 0, usedBefore, isKept: () => false }
        : { limit: request.limit, usedBefore, isKept: request.isKept };
    const choice = chooseVictims(inventory, policy);
    const inUse = running === undefined ? 0 : bytesInUse(inventory, usedBefore);
    if (request.mode === 'look') return { ...choice, inUse };
    return { ...(await carryOut(store, { request, policy, inventory, choice })), inUse };
  } finally {
    await release();
  }
}

/**
 * What was marked as used before is not in use; in milliseconds. Where a build began in what is the future now, the clock was
 * set back: until that build has noticed, nobody knows what it uses.
 */
function unusedSince(now: number, running: number | undefined): number {
  if (running === undefined) return now;
  return running > now + SLACK_MS ? Number.NEGATIVE_INFINITY : Math.min(now, running - SLACK_MS);
}

interface Work {
  readonly request: CollectRequest;
  readonly policy: CollectPolicy;
  readonly inventory: Inventory;
  readonly choice: Choice;
}

async function carryOut(store: Store, work: Work): Promise<Omit<Collected, 'inUse'>> {
  const { request, policy, inventory, choice } = work;
  const graveyard = await store.staging.create('collect');
  try {
    const withdraw = (path: string) => withdrawFile(join(store.root, path), { graveyard, ...policy });
    const records: StoredRecord[] = [];
    for (const record of choice.records) {
      request.signal.throwIfAborted();
      if (await withdraw(recordPath(record))) records.push(record);
    }
    const named = namedBy(inventory, new Set(records));
    const items: StoredItem[] = [];
    const doomed = choice.items.filter((item) => !named.has(itemId(item)));
    for (const [index, item] of doomed.entries()) {
      request.signal.throwIfAborted();
      request.onProgress?.(index, doomed.length);
      const removed =
        item.kind === 'layer' ? removeLayer(store, item.name, work, withdraw) : withdraw(itemPath(item));
      if (await removed) items.push(item);
    }
    for (const { path } of choice.unfinished) await withdraw(path);
    const freed = [...records, ...items, ...choice.unfinished].reduce((sum, { bytes }) => sum + bytes, 0);
    return { records, items, before: choice.before, after: choice.before - freed };
  } finally {
    await store.staging.remove(graveyard);
  }
}

/** What the records that are left name: some that were chosen have been used at the last moment. */
function namedBy(inventory: Inventory, gone: ReadonlySet<StoredRecord>): ReadonlySet<string> {
  const named = new Set([...inventory.logs, ...inventory.locked]);
  for (const record of inventory.records)
    if (!gone.has(record)) for (const id of record.refers) named.add(id);
  return named;
}

/**
 * Moves a file out of the way, looks whether it was marked as used since it was chosen, and then deletes it or puts it
 * back. Whoever marks it in between finds it gone, and takes it for a miss.
 */
async function withdrawFile(
  path: string,
  { graveyard, usedBefore }: { readonly graveyard: string; readonly usedBefore: number },
): Promise<boolean> {
  const moved = join(graveyard, 'file');
  try {
    await rename(path, moved);
  } catch (thrown) {
    if (hasErrorCode(thrown, 'ENOENT')) return false;
    throw thrown;
  }
  const isUsed = (await lstat(moved)).mtimeMs >= usedBefore;
  // Where somebody has published another meanwhile, theirs stays.
  if (isUsed) await linkOrCopy(moved, path).catch(() => undefined);
  await rm(moved, { force: true });
  return !isUsed;
}

/** The mark goes first: without it the rest is missing, whatever is still there. */
async function removeLayer(
  store: Store,
  id: string,
  { request, policy }: Work,
  withdraw: (path: string) => Promise<boolean>,
): Promise<boolean> {
  const hadMark = (await store.layers.mark(id)) !== undefined;
  if (hadMark && !(await withdraw(`layers/${id}.ok`))) return false;
  const directory = store.layers.pathOf(id);
  const stats = await lstat(directory).catch(() => undefined);
  if (stats === undefined || (!hadMark && stats.ctimeMs >= policy.usedBefore)) return false;
  if (!(await request.emptyDirectory(`layers/${id}`))) return false;
  await rmdir(directory);
  await rm(store.layers.markPath(id), { force: true });
  return true;
}

function bytesInUse({ records, items }: Inventory, usedBefore: number): number {
  const inUse = records.filter(({ usedAt }) => usedAt >= usedBefore);
  const named = new Set(inUse.flatMap(({ refers }) => refers));
  const own = inUse.reduce((sum, { bytes }) => sum + bytes, 0);
  return [...named].reduce((sum, id) => sum + (items.get(id)?.bytes ?? 0), own);
}
