import { describe, expect, it } from 'vitest';

import type { Progress } from '../../../../src/report/index.js';
import { painter } from '../../../../src/report/index.js';
import { frameOf, type RunningStep } from '../../../../src/report/terminal/frame.js';
import { widthOf } from '../../../../src/report/terminal/text-width.js';

function frame(
  running: readonly RunningStep[],
  { columns = 80, rows = 24, now = 12_700 }: { columns?: number; rows?: number; now?: number } = {},
): readonly string[] {
  const picture = { running, steps: 17, finished: 5, cached: 3, startedAt: 700 };
  const lines = frameOf(picture, { now, columns, rows, paint: painter('plain') });
  for (const { plain, painted } of lines) {
    expect(painted).toBe(plain);
    expect(widthOf(plain)).toBeLessThan(columns);
  }
  expect(lines.length).toBeLessThan(Math.max(2, rows));
  return lines.map(({ plain }) => plain);
}

const step = (name: string, more: Partial<RunningStep> = {}): RunningStep => ({
  step: name,
  startedAt: 5000,
  ...more,
});
const bytes = (done: number, total?: number): Progress => ({
  done,
  unit: 'bytes',
  ...(total === undefined ? {} : { total }),
});

describe('a frame', () => {
  it('has one line a running step with its time and estimate, and the totals', () => {
    const running = [step('t/lxc:01-root', { estimateMs: 31_400 }), step('t/kvm:packages')];
    expect(frame(running)).toEqual([
      'run      t/lxc:01-root   7 s of about 31 s',
      'run      t/kvm:packages  7 s',
      '         5 of 17 steps done, 3 cached, 12 s',
    ]);
    expect(frame([step('a')], { now: 5000 + 125_000 })[0]).toBe('run      a  2 min 05 s');
    expect(frame([])).toEqual([]);
  });

  it('has a bar for what is known to end, and the amount for what is not', () => {
    const running = [
      step('base', { progress: bytes(12_300_000, 27_100_000) }),
      step('lists', { progress: { done: 93.4, total: 100, unit: 'percent' } }),
      step('other', { progress: bytes(4_000_000) }),
      step('whole', { progress: bytes(5, 5) }),
    ];
    expect(frame(running).slice(0, -1)).toEqual([
      'run      base   7 s  [#########-----------]  45%  12.3 MB of 27.1 MB',
      'run      lists  7 s  [##################--]  93%',
      'run      other  7 s  4.0 MB',
      'run      whole  7 s',
    ]);
  });

  it('leaves out figures first and then the middle of the name where it is narrow', () => {
    const name = 'pptp-server/openvz:03-chkconfig_network_on';
    const running = [step(name, { estimateMs: 60_000, progress: bytes(1e6, 4e6) })];
    expect([90, 80, 60, 40, 24, 12, 5].map((columns) => frame(running, { columns })[0])).toEqual([
      'run      pptp-server/o…g_network_on  7 s of about 1 min 00 s  [#####---------------]  25%',
      'run      pptp-server/openvz…config_network_on  7 s  [#####---------------]  25%',
      'run      pptp-server/openvz:03-chkconfig_network_on  7 s',
      'run      pptp-server/…g_network_on  7 s',
      'run      pptp…k_on  7 s',
      'run      … ',
      'run ',
    ]);
  });

  it('keeps wide characters and marks whole', () => {
    expect(frame([step('漢字漢字漢字漢字/лис')], { columns: 32 })[0]).toBe('run      漢字漢字…漢字/лис  7 s');
  });

  it('makes visible what would move the cursor', () => {
    expect(frame([step('a\x1b[2J\r\n\tb')])[0]).toBe('run      a^[[2J^M  b  7 s');
  });

  it('shows what fits and how many more there are', () => {
    const running = Array.from({ length: 40 }, (_, index) => step(`s${index}`));
    expect(frame(running, { rows: 6 })).toEqual([
      'run      s0  7 s',
      'run      s1  7 s',
      'run      s2  7 s',
      '         and 37 more',
      '         5 of 17 steps done, 3 cached, 12 s',
    ]);
    expect(frame(running, { rows: 3 })).toEqual(['run      s0  7 s', '         and 39 more']);
    expect(frame(running, { rows: 1 })).toEqual(['         and 40 more']);
    expect(frame(running.slice(0, 1), { rows: 2 })).toEqual(['run      s0  7 s']);
    expect(frame(running, { rows: 50 })).toHaveLength(41);
  });
});
