import { describe, expect, it } from 'vitest';

import { pageBuild, ticksOf } from '../../../../src/cli/graph/page-build.js';
import type { ViewBuild } from '../../../../src/cli/graph/view.js';
import { stepId } from '../../../../src/graph/index.js';
import type { TimelineRun } from '../../../../src/store/index.js';

const run = (step: string, slot: number, startMs: number, endMs: number): TimelineRun => ({
  step,
  kind: 'hook',
  how: 'ran',
  pool: step.startsWith('net') ? 'network' : 'work',
  slot,
  startMs,
  endMs,
});

const build: ViewBuild = {
  targets: ['t/lxc'],
  jobs: 12,
  durationMs: 200,
  endedAt: 0,
  runs: [
    run('a', 1, 0, 50),
    run('b', 10, 0, 20),
    run('c', 2, 10, 20),
    run('net', 1, 50, 60),
    run('a', 1, 100, 200),
  ],
  rest: [
    { step: 'd', kind: 'base', how: 'cached', savedMs: 1000 },
    { step: 'e', kind: 'base', how: 'cached', savedMs: 500 },
    { step: 'f', kind: 'base', how: 'skipped' },
  ],
  criticalPath: { steps: [stepId('a')], durationMs: 100 },
};

describe('the last build on the page', () => {
  const page = pageBuild(build, new Set(['a', 'b', 'd']));

  it('has a lane a slot, by number', () => {
    expect(page.lanes.map(({ name }) => name)).toEqual(['network 1', 'work 1', 'work 2', 'work 10']);
  });

  it('places bars in percent, and marks the run of a step that counts for the critical path', () => {
    const bars = page.lanes[1]?.bars.map(({ step, at, width, isCritical }) => [step, at, width, isCritical]);
    expect(bars).toEqual([
      ['a', 0, 25, false],
      ['a', 50, 50, true],
    ]);
  });

  it('knows which of its steps the page does not have', () => {
    expect(page.lanes[2]?.bars[0]).toMatchObject({ step: 'c', isShown: false });
    expect(page.lanes[3]?.bars[0]).toMatchObject({ step: 'b', isShown: true });
  });

  it('counts what was not at work', () => {
    expect(page.summary).toBe('4 steps at work for t/lxc, in 0.20 s with 12 jobs');
    expect(page.rest.map(({ title }) => title)).toEqual(['2 steps cached, saving 1.50 s', '1 step skipped']);
  });
});

describe('the ticks of the time axis', () => {
  it.each([
    [1, ['0', '0.25 ms', '0.5 ms', '0.75 ms', '1 ms']],
    [970, ['0', '200 ms', '400 ms', '600 ms', '800 ms']],
    [48_300, ['0', '10 s', '20 s', '30 s', '40 s']],
    [290_000, ['0', '50 s', '1 min 40 s', '2 min 30 s', '3 min 20 s', '4 min 10 s']],
  ])('of %d ms are at round times', (span, labels) => {
    expect(ticksOf(span).map(({ label }) => label)).toEqual(labels);
  });
});
