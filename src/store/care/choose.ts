import { type Inventory, itemId, type StoredItem, type StoredRecord, sizeOf } from './inventory.js';

export interface CollectPolicy {
  /** Bytes on the disk. */
  readonly limit: number;
  /** Milliseconds since 1970: what was used at this time or later may be in use by a running build. */
  readonly usedBefore: number;
  /** Records that stay whatever the limit: what pinned targets are made of. */
  readonly isKept: (record: StoredRecord) => boolean;
}

/** What is to go. Records go before the items that only they name. */
export interface Choice {
  /** In the order in which they are worth least. */
  readonly records: readonly StoredRecord[];
  readonly items: readonly StoredItem[];
  readonly unfinished: Inventory['unfinished'];
  /** Bytes on the disk before and after. */
  readonly before: number;
  readonly after: number;
}

/** A collection makes some room beyond the limit, so that the next build does not need one again. */
const LOW_WATER = 0.9;
/** Of the records that may go, how many go before all are weighed anew: each that goes makes others worth less. */
const BATCH = 1 / 20;
const HOUR_MS = 3_600_000;

/**
 * What nothing names goes in any case. If that leaves the store above its limit, records go, those first that are worth
 * least: the time since the last use, times the bytes that go with it, for each second that it takes to make it again.
 */
export function chooseVictims(inventory: Inventory, policy: CollectPolicy): Choice {
  const before = sizeOf(inventory);
  const unfinished = inventory.unfinished.filter(({ usedAt }) => usedAt < policy.usedBefore - HOUR_MS);
  const remaining = new Remaining(inventory, policy);
  let size = before - unfinished.reduce((sum, { bytes }) => sum + bytes, 0) - remaining.takeUnnamed();
  const target = size > policy.limit ? policy.limit * LOW_WATER : policy.limit;
  const gone: StoredRecord[] = [];
  let candidates = inventory.records.filter(
    (record) => record.usedAt < policy.usedBefore && !policy.isKept(record),
  );
  while (size > target && candidates.length > 0) {
    const weighed = candidates
      .map((record) => ({ record, worthlessness: remaining.worthlessness(record) }))
      .sort((a, b) => b.worthlessness - a.worthlessness);
    const batch = Math.max(1, Math.floor(weighed.length * BATCH));
    let taken = 0;
    for (const { record } of weighed.slice(0, batch)) {
      if (size <= target) break;
      size -= remaining.take(record);
      gone.push(record);
      taken++;
    }
    candidates = weighed.slice(taken).map(({ record }) => record);
  }
  return { records: gone, items: remaining.gone, unfinished, before, after: size };
}

/** Who is left to name what, while records are taken away. */
class Remaining {
  readonly gone: StoredItem[] = [];
  readonly #inventory: Inventory;
  readonly #usedBefore: number;
  readonly #named = new Map<string, number>();

  constructor(inventory: Inventory, { usedBefore }: CollectPolicy) {
    this.#inventory = inventory;
    this.#usedBefore = usedBefore;
    for (const id of [...inventory.logs, ...inventory.locked]) this.#named.set(id, 1);
    for (const { refers } of inventory.records)
      for (const id of refers) this.#named.set(id, (this.#named.get(id) ?? 0) + 1);
  }

  /** Bytes of what nothing names. */
  takeUnnamed(): number {
    let bytes = 0;
    for (const item of this.#inventory.items.values())
      if (!this.#named.has(itemId(item))) bytes += this.#takeItem(item);
    return bytes;
  }

  worthlessness(record: StoredRecord): number {
    const idle = Math.max(1, this.#usedBefore - record.usedAt);
    const own = record.refers.filter((id) => this.#named.get(id) === 1);
    const bytes = own.reduce((sum, id) => sum + this.#bytesOf(id), record.bytes);
    return (idle * bytes) / Math.max(1, record.savedMs);
  }

  /** Bytes of the record and of what it alone named. */
  take(record: StoredRecord): number {
    let bytes = record.bytes;
    for (const id of record.refers) {
      const others = (this.#named.get(id) ?? 1) - 1;
      this.#named.set(id, others);
      const item = this.#inventory.items.get(id);
      if (others === 0 && item !== undefined) bytes += this.#takeItem(item);
    }
    return bytes;
  }

  /** Somebody may have written a new item, or met an old one, and not yet have named it. */
  #takeItem(item: StoredItem): number {
    if (item.usedAt >= this.#usedBefore) return 0;
    this.gone.push(item);
    return item.bytes;
  }

  #bytesOf(id: string): number {
    return this.#inventory.items.get(id)?.bytes ?? 0;
  }
}
