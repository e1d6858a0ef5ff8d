import { count, formatDuration, formatSize, jsonRecord } from '../../../report/index.js';
import { type Inventory, loadCare, type StoredItem, type StoredRecord } from '../../../store/index.js';
import { has } from '../../options/index.js';
import { isKept } from '../../store-care.js';
import type { StoreLimit } from '../../store-limit.js';
import { age } from './age.js';
import type { StoreWork } from './index.js';

interface Stats {
  readonly bytes: number;
  readonly limitBytes: number;
  readonly limitFrom: StoreLimit['from'];
  /** By what takes the room. */
  readonly layers: number;
  readonly blobs: number;
  readonly plainSegments: number;
  readonly records: number;
  /** Of steps, and what they took to make. */
  readonly results: number;
  readonly savesMs: number;
  readonly segments: number;
  readonly pinnedBytes: number;
  /** Named by nothing. */
  readonly unneededBytes: number;
  readonly running: boolean;
  readonly collectedAt?: number;
}

/** `mkve cache stats` */
export async function stats({ command, session, options }: StoreWork): Promise<number> {
  const { streams, signal, host } = command;
  const { care, store } = session;
  const { takeInventory, sizeOf } = await loadCare();
  const inventory = await takeInventory(store, signal);
  const pinned = await care.pinnedKeys();
  const collectedAt = await care.lastCollected();
  const actions = inventory.records.filter(({ kind }) => kind === 'action');
  const found: Stats = {
    bytes: sizeOf(inventory),
    limitBytes: care.limit.bytes,
    limitFrom: care.limit.from,
    layers: itemBytes(inventory, 'layer'),
    blobs: itemBytes(inventory, 'blob'),
    plainSegments: itemBytes(inventory, 'plain'),
    records: inventory.records.reduce((sum, { bytes }) => sum + bytes, 0),
    results: actions.length,
    savesMs: actions.reduce((sum, { savedMs }) => sum + savedMs, 0),
    segments: inventory.records.length - actions.length,
    pinnedBytes: bytesBehind(inventory, (record) => pinned.has(record.key) && isKept(record, pinned)),
    unneededBytes: unneeded(inventory),
    running: (await store.running.oldest()) !== undefined,
    ...(collectedAt === undefined ? {} : { collectedAt }),
  };
  if (has(options, 'json')) streams.out(jsonRecord({ type: 'store-stats', directory: store.root, ...found }));
  else for (const line of linesOf(store.root, found, host.date())) streams.out(line);
  return 0;
}

const LIMIT_FROM = {
  disk: 'a tenth of the disk',
  mkvefile: 'cache.maxSize of the mkvefile',
  environment: 'MKVE_CACHE_SIZE',
} as const satisfies Record<StoreLimit['from'], string>;

function linesOf(directory: string, found: Stats, now: number): readonly string[] {
  const size = formatSize;
  const of = `${size(found.limitBytes)} at most (${LIMIT_FROM[found.limitFrom]})`;
  const rows: readonly (readonly [string, string])[] = [
    ['store', directory],
    ['size', `${size(found.bytes)} of ${of}`],
    ['layers', size(found.layers)],
    ['blobs', `${size(found.blobs)}: packages, lists, packed segments, trees, logs`],
    ['segments', `${size(found.plainSegments)} unpacked, ${count(found.segments, 'record')}`],
    ['results', `${found.results}, which took ${formatDuration(found.savesMs)} to make`],
    ['pinned', size(found.pinnedBytes)],
    ['unneeded', `${size(found.unneededBytes)}, which the next collection removes`],
    ['in use', found.running ? 'by a running build' : 'by nobody'],
    ['collected', found.collectedAt === undefined ? 'never' : age(now - found.collectedAt)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)} ${value}`);
}

function itemBytes({ items }: Inventory, kind: StoredItem['kind']): number {
  return [...items.values()].filter((item) => item.kind === kind).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Of records and of all that they name. */
function bytesBehind({ records, items }: Inventory, isMeant: (record: StoredRecord) => boolean): number {
  const meant = records.filter(isMeant);
  const named = new Set(meant.flatMap(({ refers }) => refers));
  const own = meant.reduce((sum, { bytes }) => sum + bytes, 0);
  return [...named].reduce((sum, id) => sum + (items.get(id)?.bytes ?? 0), own);
}

function unneeded(inventory: Inventory): number {
  const named = new Set([...inventory.logs, ...inventory.records.flatMap(({ refers }) => refers)]);
  const items = [...inventory.items].filter(([id]) => !named.has(id)).map(([, item]) => item);
  return [...items, ...inventory.unfinished].reduce((sum, { bytes }) => sum + bytes, 0);
}
