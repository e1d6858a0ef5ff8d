import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { chooseVictims } from '../../src/store/care/choose.js';
import { type Inventory, itemId, type StoredItem, sizeOf } from '../../src/store/care/inventory.js';

const ITEMS = 8;
const itemOf = (index: number, bytes: number, usedAt: number): StoredItem => ({
  kind: (['blob', 'layer', 'plain'] as const)[index % 3] ?? 'blob',
  name: String(index),
  bytes,
  usedAt,
});

const moment = fc.integer({ min: 0, max: 100 });
const store = fc
  .record({
    items: fc.array(fc.tuple(fc.nat(1000), moment), { minLength: ITEMS, maxLength: ITEMS }),
    records: fc.array(
      fc.record({
        refers: fc.uniqueArray(fc.nat(ITEMS - 1), { maxLength: 5 }),
        bytes: fc.integer({ min: 1, max: 50 }),
        usedAt: moment,
        savedMs: fc.nat(10_000),
        isKept: fc.boolean(),
      }),
      { maxLength: 12 },
    ),
    logs: fc.uniqueArray(fc.nat(ITEMS - 1), { maxLength: 2 }),
  })
  .map(({ items, records, logs }) => {
    const stored = items.map(([bytes, usedAt], index) => itemOf(index, bytes, usedAt));
    const ids = stored.map(itemId);
    const named = (indices: readonly number[]) => indices.map((index) => ids[index] ?? '');
    const inventory: Inventory = {
      items: new Map(stored.map((item) => [itemId(item), item])),
      records: records.map(({ refers, bytes, usedAt, savedMs }, index) => ({
        kind: 'action',
        key: String(index),
        bytes,
        usedAt,
        savedMs,
        refers: named(refers),
      })),
      logs: new Set(named(logs)),
      locked: new Set<string>(),
      unfinished: [],
    };
    return {
      inventory,
      kept: new Set(records.flatMap(({ isKept }, index) => (isKept ? [String(index)] : []))),
    };
  });

describe('what goes when a store is collected', () => {
  it('is never named by what stays, pinned, or of use to a running build, and makes enough room if there is any', () => {
    fc.assert(
      fc.property(store, fc.nat(6000), moment, ({ inventory, kept }, limit, usedBefore) => {
        const isKept = ({ key }: { readonly key: string }) => kept.has(key);
        const choice = chooseVictims(inventory, { limit, usedBefore, isKept });
        const gone = new Set(choice.items.map(itemId));
        const left = inventory.records.filter((record) => !choice.records.includes(record));
        for (const { refers } of left) for (const id of refers) expect(gone).not.toContain(id);
        for (const log of inventory.logs) expect(gone).not.toContain(log);
        for (const record of choice.records) {
          expect(isKept(record)).toBe(false);
          expect(record.usedAt).toBeLessThan(usedBefore);
        }
        for (const item of choice.items) expect(item.usedAt).toBeLessThan(usedBefore);
        const freed = [...choice.records, ...choice.items].reduce((sum, { bytes }) => sum + bytes, 0);
        expect(choice.after).toBe(sizeOf(inventory) - freed);
        if (choice.after > limit)
          expect(left.every((record) => isKept(record) || record.usedAt >= usedBefore)).toBe(true);
      }),
    );
  });

  it('is what nothing names, and nothing else, while the store is within its limit', () => {
    fc.assert(
      fc.property(store, ({ inventory }) => {
        const policy = { limit: Number.MAX_SAFE_INTEGER, usedBefore: 1000, isKept: () => false };
        const { records, items } = chooseVictims(inventory, policy);
        expect(records).toEqual([]);
        const named = new Set([...inventory.logs, ...inventory.records.flatMap(({ refers }) => refers)]);
        expect(items.map(itemId).toSorted()).toEqual(
          [...inventory.items.keys()].filter((id) => !named.has(id)).toSorted(),
        );
      }),
    );
  });
});
