import { describe, expect, it } from 'vitest';

import { type Event, painter, TerminalReporter, type Verbosity } from '../../../../src/report/index.js';
import * as display from '../../../../src/report/terminal/display.js';
import { HandClock, Screen } from '../../../support/screen.js';

const started = (step: string, more: { kind?: string; estimateMs?: number } = {}): Event => ({
  type: 'step-started',
  step,
  kind: 'hook',
  why: { kind: 'first-build' },
  ...more,
});
const ran = (step: string, durationMs = 1000): Event => ({
  type: 'step-finished',
  step,
  kind: 'hook',
  how: 'ran',
  durationMs,
});
const cached = (step: string): Event => ({
  type: 'step-finished',
  step,
  kind: 'base',
  how: 'cached',
  durationMs: 9000,
});
const output = (step: string, text: string): Event => ({
  type: 'step-output',
  step,
  chunk: Buffer.from(text),
});
const failed = (step: string, log?: string): Event => ({
  type: 'step-failed',
  step,
  kind: 'hook',
  how: 'ran',
  failure: {
    kind: 'command-failed',
    what: 'hook bad',
    argv: ['/tmp/mkve/bad'],
    ending: { status: 4 },
    lastLines: ['last'],
  },
  durationMs: 1,
  ...(log === undefined ? {} : { log }),
});
const begin: Event = { type: 'build-started', targets: ['t/lxc'], steps: 4, jobs: 2 };
const end: Event = {
  type: 'build-finished',
  ran: 2,
  cached: 1,
  failed: 0,
  skipped: 0,
  durationMs: 3000,
  savedMs: 9000,
};

/** A reporter on a screen in memory, with its display loaded as soon as something runs. */
function rig(options: { columns?: number; rows?: number; verbosity?: Verbosity; err?: string[] } = {}) {
  const { columns = 60, rows = 12, verbosity = 'normal', err } = options;
  const screen = new Screen(columns, rows);
  const clock = new HandClock();
  const reporter = new TerminalReporter({
    terminal: screen,
    clock,
    verbosity,
    paint: painter('plain'),
    ...(err === undefined ? {} : { err: (line: string) => err.push(line) }),
    loadDisplay: () => Promise.resolve(display),
  });
  const tell = async (...events: readonly Event[]) => {
    for (const event of events) reporter.report(event);
    // The display is loaded by now.
    await Promise.resolve();
  };
  /** Time for the next frame, and for nothing else. */
  const frame = () => clock.advance(100);
  return { screen, clock, reporter, tell, frame };
}

describe('the terminal reporter', () => {
  it('shows what runs below, with lines above for what is done', async () => {
    const { screen, clock, tell, frame } = rig();
    await tell(begin, cached('base:x'), started('t/lxc:a', { estimateMs: 5200 }), started('t/lxc:bb'));
    frame();
    expect(await screen.rows()).toEqual([
      'cached   base:x',
      'run      t/lxc:a   0 s of about 5 s',
      'run      t/lxc:bb  0 s',
      '         1 of 4 steps done, 1 cached, 0 s',
    ]);
    clock.advance(3000);
    await tell(ran('t/lxc:a', 3100));
    frame();
    expect(await screen.rows()).toEqual([
      'cached   base:x',
      'ran      t/lxc:a in 3.10 s',
      'run      t/lxc:bb  3 s',
      '         2 of 4 steps done, 1 cached, 3 s',
    ]);
    const built: Event = {
      type: 'target-finished',
      target: 't/lxc',
      how: 'built',
      output: '/o.bun',
      size: 2000,
    };
    await tell(ran('t/lxc:bb', 200), built, end);
    expect(await screen.rows()).toEqual([
      'cached   base:x',
      'ran      t/lxc:a in 3.10 s',
      'ran      t/lxc:bb in 0.20 s',
      'built    t/lxc -> /o.bun (2.0 kB)',
      'slowest  t/lxc:a 3.10 s, t/lxc:bb 0.20 s',
      '1 target built; 2 steps ran, 1 cached (saving 9.00 s), in 3.',
      '00 s',
    ]);
    expect(await screen.cursor()).toEqual([7, 0]);
    expect(screen.isCursorShown()).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  it('draws nothing for a build with nothing to do, and asks for no display', async () => {
    const screen = new Screen(80, 24);
    const reporter = new TerminalReporter({
      terminal: screen,
      clock: new HandClock(),
      verbosity: 'normal',
      paint: painter('plain'),
      loadDisplay: () => {
        throw new Error('loaded for nothing');
      },
    });
    for (const event of [begin, cached('base:x'), { ...end, ran: 0 }]) reporter.report(event);
    reporter.close();
    expect(screen.writes.join('')).toBe('0 steps ran, 1 cached (saving 9.00 s), in 3.00 s\r\n');
  });

  it('says what was told while the display was being loaded', async () => {
    const { screen, reporter } = rig();
    for (const event of [begin, started('a'), ran('a'), started('b')]) reporter.report(event);
    expect(await screen.rows()).toEqual(['ran      a in 1.00 s', 'run      b  0 s', expect.any(String)]);
  });

  it('writes each frame at once, at most 13 a second, and none when nothing changed', async () => {
    const { screen, clock, tell } = rig();
    await tell(begin, started('a'));
    const before = screen.writes.length;
    for (let done = 0; done < 1000; done++) {
      await tell({ type: 'step-progress', step: 'a', done, total: 1000, unit: 'bytes' });
      clock.advance(1);
    }
    expect(screen.writes.length - before).toBeGreaterThan(5);
    expect(screen.writes.length - before).toBeLessThanOrEqual(13);
    const still = screen.writes.length;
    await tell(output('a', 'not shown\n'));
    clock.advance(100);
    await tell(output('a', 'not shown\n'));
    clock.advance(100);
    expect(screen.writes.length - still).toBeLessThanOrEqual(1);
    const ticking = screen.writes.length;
    clock.advance(10_000);
    expect(screen.writes.length - ticking).toBe(10);
    // Nothing that is about to be written again is erased first: no frame is ever seen half empty.
    const [, ...afterErasing] = screen.writes.slice(ticking).join('').split('\x1b[J');
    expect(afterErasing.length).toBe(10);
    for (const next of afterErasing) expect(next).toMatch(/^\r/);
  });

  it('shows the whole output of a failure in one piece, and no sequence of it is obeyed', async () => {
    const { screen, tell } = rig();
    await tell(begin, started('bad'), started('other'));
    await tell(
      output('bad', 'one\n\x1b[2J\x1b]0;ti'),
      output('other', 'noise\n'),
      output('bad', 'tle\x07two\n'),
    );
    await tell(failed('bad', '/log'), ran('other'), { ...end, failed: 1 });
    expect(await screen.rows()).toEqual([
      'FAILED   bad: hook bad failed with status 4',
      '    command: /tmp/mkve/bad',
      '    its output:',
      '      one',
      '      ^[[2J^[]0;title^Gtwo',
      '    whole output: /log',
      'ran      other in 1.00 s',
      '2 steps ran, 1 cached (saving 9.00 s), 1 failed, in 3.00 s',
    ]);
  });

  it('sends failures elsewhere when standard error is not the terminal', async () => {
    const err: string[] = [];
    const { screen, tell, reporter } = rig({ err });
    await tell(begin, started('bad'), { type: 'warning', message: 'careful' }, failed('bad'));
    reporter.close();
    expect(err[0]).toBe('warning: careful');
    expect(err[1]).toContain('FAILED');
    expect(await screen.rows()).toEqual([]);
  });

  it('with verbose shows output as it comes, whole lines above the display', async () => {
    const { screen, tell, frame } = rig({ verbosity: 'verbose' });
    await tell(begin, started('a'), started('b'), output('a', 'half '), output('b', 'whole\n'));
    await tell(output('a', 'line\n'));
    frame();
    expect((await screen.rows()).slice(0, 3)).toEqual(['b | whole', 'a | half line', 'run      a  0 s']);
  });
});

describe('a build that another one takes the place of', () => {
  it('has its running steps shown until they end', async () => {
    const { screen, tell, frame } = rig();
    await tell(begin, started('old'), started('stale'), { ...begin, steps: 2 }, started('new'));
    await tell({ type: 'step-cancelled', step: 'stale', kind: 'hook' });
    frame();
    expect((await screen.rows()).slice(0, -1)).toEqual(['run      old  0 s', 'run      new  0 s']);
    await tell(ran('new'), end);
    frame();
    expect((await screen.rows()).slice(-2)).toEqual([
      'run      old  0 s',
      '         2 of 2 steps done, 0 cached, 0 s',
    ]);
    await tell(ran('old'));
    frame();
    expect((await screen.rows()).at(-1)).toBe('ran      old in 1.00 s');
    expect(screen.isCursorShown()).toBe(true);
  });

  it('says reasons where they are asked for beside what is done', async () => {
    const { screen, tell } = rig({ verbosity: 'verbose' });
    await tell(begin, started('a'), ran('a'), end);
    expect((await screen.rows())[0]).toBe('ran      a in 1.00 s (first build)');
  });
});

describe('a terminal that is resized', () => {
  const long = 'pptp-server/openvz:03-chkconfig_network_on';

  it.each([
    [30, 12],
    [17, 12],
    [100, 12],
    [60, 5],
    [45, 5],
  ])('from 60x12 to %ix%i keeps every line that stays, and no other', async (columns, rows) => {
    const { screen, reporter, tell, frame } = rig();
    await tell(begin, started('first'), started(long), started('漢字漢字漢字漢字漢字漢字漢字漢字'));
    await tell(ran('first'));
    frame();
    await screen.resize(columns, rows);
    reporter.resized();
    frame();
    const live = (await screen.rows()).slice(-3);
    expect(live[0]).toMatch(/^run {6}p/);
    expect(live[1]).toMatch(/^run {6}[漢…]/);
    await tell(ran(long), ran('漢字漢字漢字漢字漢字漢字漢字漢字'), end);
    const text = (await screen.rows()).join('').replaceAll(/\s/g, '');
    expect(text).toMatch(/^ranfirstin1\.00s/);
    expect(text).not.toContain('run');
    expect(text).toContain(`ran${long}in1.00s`);
  });

  it('twice before the next frame, and while lines come, is as one', async () => {
    const { screen, reporter, tell, frame } = rig();
    await tell(begin, started('first'), started(long));
    frame();
    await screen.resize(20, 12);
    await screen.resize(33, 12);
    reporter.resized();
    await tell(ran('first'));
    frame();
    expect(await screen.rows()).toEqual(
      [
        'ran      first in 1.00 s',
        'run      pptp-serv…twork_on  0 s',
        '         1 of 4 steps done, 0 cac',
      ].map((row) => row.slice(0, 32)),
    );
  });
});

describe('an end at any moment', () => {
  it.each(['nothing runs', 'something runs', 'lines wait', 'a key is asked for', 'it is suspended'])(
    'leaves only lines and a shown cursor when %s',
    async (what) => {
      const { screen, clock, reporter, tell, frame } = rig();
      await tell(begin);
      if (what !== 'nothing runs') await tell(started('a'), started('b'));
      frame();
      if (what === 'a key is asked for') await tell(started('s', { kind: 'sign' }));
      if (what === 'it is suspended') reporter.suspend();
      if (what !== 'nothing runs') await tell(ran('a'));
      reporter.close();
      const writes = screen.writes.length;
      reporter.close();
      clock.advance(5000);
      expect(screen.writes.length).toBe(writes);
      expect(await screen.rows()).toEqual(what === 'nothing runs' ? [] : ['ran      a in 1.00 s']);
      expect(screen.isCursorShown()).toBe(true);
      expect(await screen.cursor()).toEqual([what === 'nothing runs' ? 0 : 1, 0]);
    },
  );

  it('hands the screen back while mkve is stopped, and takes it again', async () => {
    const { screen, reporter, tell, frame } = rig();
    await tell(begin, started('a'));
    frame();
    reporter.suspend();
    expect(await screen.rows()).toEqual([]);
    expect(screen.isCursorShown()).toBe(true);
    screen.write('$ fg\r\n');
    reporter.resume();
    expect(await screen.rows()).toEqual(['$ fg', 'run      a  0 s', expect.any(String)]);
    expect(screen.isCursorShown()).toBe(false);
  });

  it('overwrites what the terminal echoes of a Ctrl-C', async () => {
    const { screen, reporter, tell, frame } = rig({ columns: 30 });
    await tell(begin, started('x'.repeat(60)));
    frame();
    screen.write('^C');
    reporter.close();
    expect(await screen.rows()).toEqual([]);
  });
});

describe('a shell that has the terminal', () => {
  it('sees nothing of the display, whatever happens, until it gives it back', async () => {
    const { screen, clock, reporter, tell, frame } = rig();
    await tell(begin, started('a'), started('b'));
    frame();
    await tell(ran('a'));
    reporter.hold();
    expect(await screen.rows()).toEqual(['ran      a in 1.00 s']);
    expect(screen.isCursorShown()).toBe(true);
    const writes = screen.writes.length;
    clock.advance(60_000);
    await tell(started('c'));
    reporter.resized();
    reporter.resume();
    clock.advance(60_000);
    expect(screen.writes.length).toBe(writes);
    screen.write('# exit\r\n');
    reporter.letGo();
    frame();
    expect(await screen.rows()).toEqual([
      'ran      a in 1.00 s',
      '# exit',
      expect.stringMatching(/^run {6}b /),
      expect.stringMatching(/^run {6}c /),
      expect.stringContaining('1 of 4 steps done'),
    ]);
  });
});

describe('a step that may ask the user something', () => {
  it('has the terminal to itself until it is over', async () => {
    const { screen, clock, tell, frame } = rig();
    await tell(begin, started('a'));
    frame();
    await tell(started('t/lxc:sign', { kind: 'sign' }));
    expect((await screen.rows())[1]).toBe('run      t/lxc:sign  0 s');
    const writes = screen.writes.length;
    clock.advance(60_000);
    await tell(ran('a'), output('t/lxc:sign', 'x'));
    clock.advance(60_000);
    expect(screen.writes.length).toBe(writes);
    await tell(ran('t/lxc:sign'), started('c'));
    frame();
    expect(await screen.rows()).toEqual([
      'ran      a in 1.00 s',
      'ran      t/lxc:sign in 1.00 s',
      'run      c  0 s',
      expect.stringContaining('2 of 4 steps done'),
    ]);
  });
});
