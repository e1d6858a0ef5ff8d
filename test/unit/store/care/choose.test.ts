import { describe, expect, it } from 'vitest';

import { chooseVictims } from '../../../../src/store/care/choose.js';
import type { StoredItem, StoredRecord } from '../../../../src/store/care/inventory.js';

const record = (key: string, with_: Partial<StoredRecord>): StoredRecord => ({
  kind: 'action',
  key,
  bytes: 100,
  usedAt: 0,
  savedMs: 1000,
  refers: [],
  ...with_,
});

function firstToGo(...records: readonly StoredRecord[]): string | undefined {
  const inventory = {
    items: new Map(),
    records,
    logs: new Set<string>(),
    locked: new Set<string>(),
    unfinished: [],
  };
  const limit = records.reduce((sum, { bytes }) => sum + bytes, 0) - 1;
  return chooseVictims(inventory, { limit, usedBefore: 1000, isKept: () => false }).records[0]?.key;
}

describe('who goes first', () => {
  it('is who was not used for longest', () => {
    expect(firstToGo(record('new', { usedAt: 900 }), record('old', { usedAt: 100 }))).toBe('old');
  });

  it('of equal age is who takes most room for the seconds it saves', () => {
    expect(firstToGo(record('dear', { savedMs: 9000 }), record('cheap', { savedMs: 10 }))).toBe('cheap');
    expect(firstToGo(record('small', { bytes: 10 }), record('large', { bytes: 5000 }))).toBe('large');
  });

  it('is weighed with what goes with it, and not with what others name as well', () => {
    const shared = { kind: 'blob', name: 'shared', bytes: 100_000, usedAt: 0 } as const;
    const own = { ...shared, name: 'own', bytes: 5_000 } as const;
    const records = [
      record('a', { refers: ['blob shared'] }),
      record('b', { refers: ['blob shared', 'blob own'] }),
    ];
    const items = new Map<string, StoredItem>([
      ['blob shared', shared],
      ['blob own', own],
    ]);
    const inventory = { items, records, logs: new Set<string>(), locked: new Set<string>(), unfinished: [] };
    const choice = chooseVictims(inventory, { limit: 105_000, usedBefore: 1000, isKept: () => false });
    expect(choice.records.map(({ key }) => key)[0]).toBe('b');
    expect(choice.items).toContain(own);
  });

  it('are leftovers of writers that died, after an hour', () => {
    const leftover = (path: string, usedAt: number) => ({ path, bytes: 1, usedAt });
    const unfinished = [leftover('old', 1), leftover('new', 3_600_000)];
    const inventory = {
      items: new Map(),
      records: [],
      logs: new Set<string>(),
      locked: new Set<string>(),
      unfinished,
    };
    const policy = { limit: 1000, usedBefore: 3_600_500, isKept: () => false };
    expect(chooseVictims(inventory, policy).unfinished).toEqual([unfinished[0]]);
  });
});
