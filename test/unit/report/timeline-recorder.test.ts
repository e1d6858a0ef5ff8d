import { describe, expect, it } from 'vitest';

import { type Event, TimelineRecorder } from '../../../src/report/index.js';

/** Events with the time at which each comes. */
function recorded(events: readonly (readonly [ms: number, event: Event])[]) {
  let clock = 1000;
  const recorder = new TimelineRecorder({
    now: () => clock,
    poolOf: (step) => (step.startsWith('net') ? 'network' : 'work'),
  });
  for (const [ms, event] of events) {
    clock = 1000 + ms;
    recorder.report(event);
  }
  return recorder.timeline();
}

const why = { kind: 'first-build' } as const;
const started = (step: string): Event => ({ type: 'step-started', step, kind: 'hook', why });
const ran = (step: string): Event => ({
  type: 'step-finished',
  step,
  kind: 'hook',
  how: 'ran',
  durationMs: 1,
});
const cached = (step: string): Event => ({
  type: 'step-finished',
  step,
  kind: 'base',
  how: 'cached',
  durationMs: 9000,
});
const failed = (step: string, how: 'ran' | 'remembered' = 'ran'): Event => ({
  type: 'step-failed',
  step,
  kind: 'hook',
  how,
  failure: { kind: 'worker-died', detail: 'x' },
  durationMs: 1,
});

describe('the recorder of a timeline', () => {
  it('notes what ran when and in which slot of its pool', () => {
    const timeline = recorded([
      [0, { type: 'build-started', targets: ['t/lxc'], steps: 5, jobs: 2 }],
      [1, cached('base')],
      [2, started('net-a')],
      [3, started('a')],
      [5, started('b')],
      [7.4, ran('a')],
      [8, started('c')],
      [9, ran('net-a')],
      [20, failed('c')],
      [21, ran('b')],
      [21, failed('known', 'remembered')],
      [22, { type: 'step-skipped', step: 'd', kind: 'pack', because: 'c' }],
      [25, { type: 'target-finished', target: 't/lxc', how: 'failed', output: '/o' }],
    ]);
    expect(timeline).toEqual({
      targets: ['t/lxc'],
      jobs: 2,
      durationMs: 25,
      runs: [
        { step: 'net-a', kind: 'hook', how: 'ran', pool: 'network', slot: 1, startMs: 2, endMs: 9 },
        { step: 'a', kind: 'hook', how: 'ran', pool: 'work', slot: 1, startMs: 3, endMs: 7 },
        { step: 'b', kind: 'hook', how: 'ran', pool: 'work', slot: 2, startMs: 5, endMs: 21 },
        { step: 'c', kind: 'hook', how: 'failed', pool: 'work', slot: 1, startMs: 8, endMs: 20 },
      ],
      rest: [
        { step: 'base', kind: 'base', how: 'cached', savedMs: 9000 },
        { step: 'known', kind: 'hook', how: 'failed' },
        { step: 'd', kind: 'pack', how: 'skipped' },
      ],
    });
  });

  it('has nothing to tell of a build in which nothing ran', () => {
    expect(
      recorded([
        [0, cached('base')],
        [1, cached('hook')],
      ]),
    ).toBeUndefined();
  });

  it('tells a step that was stopped at work from one that never started', () => {
    const timeline = recorded([
      [1, started('a')],
      [4, { type: 'step-cancelled', step: 'a', kind: 'hook' }],
      [4, { type: 'step-cancelled', step: 'b', kind: 'hook' }],
      [5, started('left')],
      [6, cached('x')],
    ]);
    expect(timeline?.runs.map(({ step, how, startMs, endMs }) => [step, how, startMs, endMs])).toEqual([
      ['a', 'cancelled', 1, 4],
      ['left', 'cancelled', 5, 6],
    ]);
    expect(timeline?.rest.map(({ step, how }) => [step, how])).toEqual([
      ['b', 'cancelled'],
      ['x', 'cached'],
    ]);
  });

  it('keeps both runs of a step that started again after damage, and says once how each step fared', () => {
    const timeline = recorded([
      [0, cached('other')],
      [1, started('a')],
      [2, { type: 'warning', step: 'a', message: 'the store was damaged' }],
      [2, { type: 'step-cancelled', step: 'a', kind: 'base' }],
      [3, { type: 'step-skipped', step: 'other', kind: 'base', because: 'a' }],
      [4, started('a')],
      [6, ran('a')],
      [7, cached('a')],
      [8, cached('other')],
    ]);
    expect(timeline?.runs.map(({ how, startMs, endMs }) => [how, startMs, endMs])).toEqual([
      ['cancelled', 1, 2],
      ['ran', 4, 6],
    ]);
    expect(timeline?.rest.map(({ step, how }) => [step, how])).toEqual([['other', 'cached']]);
  });
});
