import { describe, expect, it } from 'vitest';

import { PackProgress } from '../../../src/pack/progress.js';

function told(total: number, pieces: readonly number[]): readonly (readonly [number, number])[] {
  const all: (readonly [number, number])[] = [];
  const progress = new PackProgress(total, (done, of) => all.push([done, of]));
  for (const piece of pieces) progress.add(piece);
  progress.finish();
  return all;
}

describe('the progress of packing', () => {
  it('is told at every whole percent and at the end', () => {
    expect(told(1000, [5, 5, 490, 1, 499])).toEqual([
      [10, 1000],
      [500, 1000],
      [1000, 1000],
      [1000, 1000],
    ]);
  });

  it('is told at most a hundred times, however many pieces there are', () => {
    expect(
      told(
        100_000,
        Array.from({ length: 100_000 }, () => 1),
      ),
    ).toHaveLength(100);
  });

  it('ends with what there really was, and never has more done than there is', () => {
    expect(told(100, [150])).toEqual([
      [100, 100],
      [150, 150],
    ]);
    expect(told(100, [40])).toEqual([
      [40, 100],
      [40, 40],
    ]);
    expect(told(0, [])).toEqual([[0, 0]]);
  });

  it('may be of no interest', () => {
    const progress = new PackProgress(1, undefined);
    progress.add(1);
    progress.finish();
  });
});
