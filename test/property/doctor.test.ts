import fc from 'fast-check';
import { expect, test } from 'vitest';

import { freeStart } from '../../src/cli/doctor/subordinate-ids.js';

const range = fc.record({
  start: fc.integer({ min: 0, max: 2 ** 31 }),
  count: fc.integer({ min: 1, max: 2 ** 20 }),
});

test('a free range of ids starts after every range that is given away, and after the ids of real users', () => {
  fc.assert(
    fc.property(fc.array(range), fc.array(range), (uids, gids) => {
      const texts = [uids, gids].map((ranges) =>
        ranges.map(({ start, count }) => `somebody:${start}:${count}\n`).join(''),
      );
      const free = freeStart(texts);
      expect(free).toBeGreaterThanOrEqual(100_000);
      for (const { start, count } of [...uids, ...gids]) expect(free).toBeGreaterThanOrEqual(start + count);
    }),
  );
});
