import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { diffLines } from '../../src/base/index.js';

const anyLines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 });

describe('the lines of two lists', () => {
  test('give either list back, and are as few as can be', () => {
    fc.assert(
      fc.property(anyLines, anyLines, (before, after) => {
        const found = diffLines(before, after);
        const without = (how: string) => found.filter((line) => line.how !== how).map(({ text }) => text);
        expect(without('added')).toEqual(before);
        expect(without('removed')).toEqual(after);
        expect(found.filter(({ how }) => how === 'same')).toHaveLength(longestCommon(before, after));
      }),
      { numRuns: 500 },
    );
  });
});

/** The length of the longest common subsequence, by the table that everybody learns. */
function longestCommon(before: readonly string[], after: readonly string[]): number {
  let row = after.map(() => 0);
  for (const line of before) {
    const next: number[] = [];
    after.forEach((other, at) => {
      const diagonal = at === 0 ? 0 : (row[at - 1] ?? 0);
      next.push(line === other ? diagonal + 1 : Math.max(row[at] ?? 0, next[at - 1] ?? 0));
    });
    row = next;
  }
  return row.at(-1) ?? 0;
}
