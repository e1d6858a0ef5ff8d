import { describe, expect, it } from 'vitest';

import { assignSlots } from '../../../src/report/index.js';

const slots = (...pairs: readonly (readonly [number, number])[]) =>
  assignSlots(pairs.map(([startMs, endMs]) => ({ startMs, endMs })));

describe('assignSlots', () => {
  it('puts what follows each other into one slot', () => {
    expect(slots([0, 10], [10, 20], [25, 30])).toEqual([1, 1, 1]);
  });

  it('takes the lowest slot that is free, whatever was free first', () => {
    expect(slots([0, 10], [1, 30], [2, 5], [6, 40], [12, 20])).toEqual([1, 2, 3, 3, 1]);
  });

  it('answers in the order asked and not of time', () => {
    expect(slots([5, 9], [0, 6])).toEqual([2, 1]);
  });

  it('lets an interval without length share the slot of its neighbours', () => {
    expect(slots([0, 0], [0, 0], [0, 4], [4, 4])).toEqual([1, 1, 1, 1]);
  });
});
