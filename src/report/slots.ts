/** A stretch of time; it begins before it ends or at once. */
export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Gives each interval a slot, from 1 on: the lowest that is free when it starts. Overlapping intervals never share
 * one, so there are as many slots as intervals that overlapped at most.
 * @returns slots in the order of the intervals given
 */
export function assignSlots(intervals: readonly Interval[]): readonly number[] {
  const slots = new Array<number>(intervals.length).fill(0);
  const freeAt: number[] = [];
  const byStart = [...intervals.entries()].sort(([, a], [, b]) => a.startMs - b.startMs || a.endMs - b.endMs);
  for (const [index, { startMs, endMs }] of byStart) {
    const free = freeAt.findIndex((time) => time <= startMs);
    const slot = free === -1 ? freeAt.length : free;
    freeAt[slot] = endMs;
    slots[index] = slot + 1;
  }
  return slots;
}
