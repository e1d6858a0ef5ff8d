import { describe, expect, it } from 'vitest';

import { diffLines, unifiedDiff } from '../../../src/base/index.js';

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join('');

describe('a unified diff', () => {
  it('is empty for equal texts', () => {
    expect(unifiedDiff('a\nb\n', 'a\nb\n')).toBe('');
    expect(unifiedDiff('', '')).toBe('');
  });

  // Each as GNU diff -u prints it.
  it.each([
    ['a\n', 'b\n', '@@ -1 +1 @@\n-a\n+b\n'],
    ['', 'a\nb\n', '@@ -0,0 +1,2 @@\n+a\n+b\n'],
    ['a\n', '', '@@ -1 +0,0 @@\n-a\n'],
    ['a', 'a\n', '@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n'],
    ['1\n2\n3\n4\n5\n', '1\n2\n3\n4\n5\n6\n', '@@ -3,3 +3,4 @@\n 3\n 4\n 5\n+6\n'],
  ])('of %j and %j', (before, after, expected) => {
    expect(unifiedDiff(before, after)).toBe(expected);
  });

  it('joins changes that are near, and parts those that are far', () => {
    const near = unifiedDiff(numbered(1, 20), numbered(1, 20).replace('5\n', 'x\n').replace('11\n', 'y\n'));
    expect(near.match(/^@@/gm)).toHaveLength(1);
    const far = unifiedDiff(numbered(1, 20), numbered(1, 20).replace('5\n', 'x\n').replace('13\n', 'y\n'));
    expect(far.match(/^@@.*$/gm)).toEqual(['@@ -2,7 +2,7 @@', '@@ -10,7 +10,7 @@']);
  });
});

describe('the lines of two lists', () => {
  it('that have thousands of changes are shown as replaced', () => {
    const [before, after] = [0, 1].map((side) => Array.from({ length: 3000 }, (_, at) => `${side} ${at}`));
    const found = diffLines(['same', ...(before ?? [])], ['same', ...(after ?? [])]);
    expect(found.slice(0, 2)).toEqual([
      { how: 'same', text: 'same' },
      { how: 'removed', text: '0 0' },
    ]);
    expect(found).toHaveLength(6001);
  });
});
