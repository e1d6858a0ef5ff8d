import { hexOf } from '../../../base/index.js';
import { formatDuration, formatSize, jsonRecord } from '../../../report/index.js';
import { allLastRuns, type Inventory, loadCare, type StoredRecord } from '../../../store/index.js';
import { has } from '../../options/index.js';
import { age } from './age.js';
import type { StoreWork } from './index.js';

/** `mkve cache ls`: the results of steps, last used first. */
export async function ls({ command, session, options }: StoreWork): Promise<number> {
  const { streams, signal, host } = command;
  const { takeInventory } = await loadCare();
  const inventory = await takeInventory(session.store, signal);
  const pinned = await session.care.pinnedKeys();
  const steps = await stepsByKey(session.store.lastDirectory);
  const named = timesNamed(inventory);
  const results = inventory.records
    .filter(({ kind }) => kind === 'action')
    .toSorted((a, b) => b.usedAt - a.usedAt || (a.key < b.key ? -1 : 1));
  const now = host.date();
  for (const record of results) {
    const entry = {
      key: `sha256:${record.key}`,
      kind: record.action ?? 'damaged',
      steps: steps.get(record.key) ?? [],
      bytes: totalBytes(record, inventory),
      ownBytes: ownBytes(record, inventory, named),
      savesMs: Math.round(record.savedMs),
      usedAt: Math.round(record.usedAt),
      pinned: pinned.has(record.key),
    };
    if (has(options, 'json')) streams.out(jsonRecord({ type: 'store-entry', ...entry }));
    else streams.out(lineOf(entry, now));
  }
  return 0;
}

interface Entry {
  readonly key: string;
  readonly kind: string;
  readonly steps: readonly string[];
  /** With all that it names; what several results name counts for each. */
  readonly bytes: number;
  /** What goes when it goes. */
  readonly ownBytes: number;
  readonly savesMs: number;
  readonly usedAt: number;
  readonly pinned: boolean;
}

function lineOf(entry: Entry, now: number): string {
  return [
    entry.key.slice(7, 19),
    entry.kind.padEnd(8),
    formatSize(entry.ownBytes).padStart(9),
    `saves ${formatDuration(entry.savesMs)}`.padEnd(18),
    age(now - entry.usedAt).padEnd(14),
    `${entry.pinned ? '(pinned) ' : ''}${entry.steps.join(', ')}`,
  ]
    .join('  ')
    .trimEnd();
}

/** The names that results have in the projects that use the store. */
async function stepsByKey(lastDirectory: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const steps = new Map<string, string[]>();
  for (const [step, { key }] of await allLastRuns(lastDirectory)) {
    const known = steps.get(hexOf(key)) ?? [];
    if (!known.includes(step)) steps.set(hexOf(key), [...known, step]);
  }
  return steps;
}

function timesNamed({ records }: Inventory): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { refers } of records) for (const id of refers) times.set(id, (times.get(id) ?? 0) + 1);
  return times;
}

function totalBytes({ bytes, refers }: StoredRecord, { items }: Inventory): number {
  return refers.reduce((sum, id) => sum + (items.get(id)?.bytes ?? 0), bytes);
}

function ownBytes(record: StoredRecord, inventory: Inventory, named: ReadonlyMap<string, number>): number {
  return totalBytes({ ...record, refers: record.refers.filter((id) => named.get(id) === 1) }, inventory);
}
