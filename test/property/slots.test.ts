import fc from 'fast-check';
import { expect, test } from 'vitest';

import { assignSlots, type Interval } from '../../src/report/index.js';

const interval = fc
  .record({ startMs: fc.nat(50), length: fc.integer({ min: 1, max: 20 }) })
  .map(({ startMs, length }) => ({ startMs, endMs: startMs + length }));

const overlap = (a: Interval, b: Interval) => a.startMs < b.endMs && b.startMs < a.endMs;

test('no two overlapping intervals share a slot, and there are no more slots than ran at once', () => {
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 30 }), (intervals) => {
      const slots = assignSlots(intervals);
      for (const [i, a] of intervals.entries())
        for (const [j, b] of intervals.entries())
          if (i !== j && overlap(a, b)) expect(slots[i]).not.toBe(slots[j]);
      const atOnce = intervals.map(
        ({ startMs }) => intervals.filter((one) => one.startMs <= startMs && startMs < one.endMs).length,
      );
      expect(Math.max(0, ...slots)).toBe(Math.max(0, ...atOnce));
    }),
  );
});
