import { describe, expect, it } from 'vitest';

import {
  type Event,
  type Folding,
  githubFolding,
  gitlabFolding,
  JsonReporter,
  LineSplitter,
  LogBuffer,
  type Paint,
  PlainReporter,
  painter,
  TeeReporter,
  type Verbosity,
} from '../../../src/report/index.js';

function plain(
  verbosity: Verbosity,
  events: readonly Event[],
  more: { readonly paint?: Paint; readonly folding?: Folding } = {},
) {
  const out: string[] = [];
  const err: string[] = [];
  const reporter = new PlainReporter({
    verbosity,
    ...more,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  for (const event of events) reporter.report(event);
  return { out, err };
}

const cached: Event = {
  type: 'step-finished',
  step: 'base:x',
  kind: 'base',
  how: 'cached',
  durationMs: 9000,
};
const current: Event = {
  type: 'target-finished',
  target: 't/lxc',
  how: 'up-to-date',
  output: '/o.bun',
  size: 2000,
};
const done: Event = {
  type: 'build-finished',
  ran: 0,
  cached: 1,
  failed: 0,
  skipped: 0,
  durationMs: 20,
  savedMs: 9000,
};
const output = (step: string, text: string): Event => ({
  type: 'step-output',
  step,
  chunk: Buffer.from(text),
});

describe('the plain reporter', () => {
  it('has two lines for a build with nothing to do', () => {
    expect(plain('normal', [cached, current, done]).out).toEqual([
      'current  t/lxc -> /o.bun (2.0 kB)',
      '0 steps ran, 1 cached (saving 9.00 s), in 0.02 s',
    ]);
  });

  it('shows what was cached once something runs', () => {
    const started: Event = {
      type: 'step-started',
      step: 't/lxc:hook',
      kind: 'hook',
      why: { kind: 'first-build' },
    };
    expect(plain('normal', [cached, started]).out).toEqual(['cached   base:x', 'run      t/lxc:hook']);
  });

  it('never mixes lines of two steps, and keeps a character whole that two chunks share', () => {
    const wolf = Buffer.from('волк');
    const events: readonly Event[] = [
      { type: 'step-output', step: 'a', chunk: wolf.subarray(0, 3) },
      output('b', 'whole\nhalf '),
      { type: 'step-output', step: 'a', chunk: wolf.subarray(3) },
      output('a', '!\n'),
      output('b', 'and half\n'),
    ];
    expect(plain('verbose', events).out).toEqual(['b | whole', 'a | волк!', 'b | half and half']);
    expect(plain('normal', events).out).toEqual([]);
  });

  it('says failures and warnings even when told to be quiet', () => {
    const failed: Event = {
      type: 'step-failed',
      step: 't/lxc:hook',
      kind: 'hook',
      how: 'ran',
      failure: { kind: 'worker-died', detail: 'SIGKILL' },
      durationMs: 1,
      log: '/log',
    };
    const { out, err } = plain('quiet', [cached, failed, { type: 'warning', message: 'careful' }, done]);
    expect(out).toEqual([]);
    expect(err).toEqual([
      'FAILED   t/lxc:hook: a worker process ended unexpectedly: SIGKILL',
      '    whole output: /log',
      'warning: careful',
    ]);
  });
});

const ran = (step: string): Event => ({
  type: 'step-finished',
  step,
  kind: 'hook',
  how: 'ran',
  durationMs: 1200,
});
const bad: Event = {
  type: 'step-failed',
  step: 't/lxc:bad',
  kind: 'hook',
  how: 'ran',
  failure: {
    kind: 'command-failed',
    what: 'hook bad',
    argv: ['/tmp/mkve/bad'],
    ending: { status: 4 },
    lastLines: ['line 29'],
  },
  durationMs: 1,
  log: '/log',
};

describe('the output of a step that failed', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);

  it('is printed whole and in one piece, whatever else ran meanwhile', () => {
    const events = lines.flatMap((line) => [output('t/lxc:bad', `${line}\n`), output('other', 'noise\n')]);
    const { out, err } = plain('normal', [...events, bad, ran('other')]);
    expect(err).toEqual([
      'FAILED   t/lxc:bad: hook bad failed with status 4',
      '    command: /tmp/mkve/bad',
      '    its output:',
      ...lines.map((line) => `      ${line}`),
      '    whole output: /log',
    ]);
    expect(out).toEqual(['ran      other in 1.20 s']);
  });

  it('is not printed twice when it was shown as it came', () => {
    const { out, err } = plain('verbose', [output('t/lxc:bad', 'line 28\nline 29'), bad]);
    expect(out).toEqual(['t/lxc:bad | line 28', 't/lxc:bad | line 29']);
    expect(err).toContain('      line 29');
    expect(err).not.toContain('      line 28');
  });

  it('is only its end where nobody could read it all', () => {
    const { err } = plain('normal', [
      output('t/lxc:bad', 'y\n'.repeat(10_000)),
      output('t/lxc:bad', 'z\nend\n'),
      bad,
    ]);
    expect(err.slice(3, 5)).toEqual(['      [2 lines before these are in the log]', '      y']);
    expect(err.slice(-3)).toEqual(['      z', '      end', '    whole output: /log']);
    expect(err).toHaveLength(3 + 1 + 10_000 + 1);
  });

  it('is of the last try only, when a step is tried again', () => {
    const again: readonly Event[] = [
      output('t/lxc:bad', 'first\n'),
      { type: 'step-cancelled', step: 't/lxc:bad', kind: 'hook' },
      output('t/lxc:bad', 'second\n'),
    ];
    expect(plain('normal', [...again, bad]).err.slice(2, 4)).toEqual(['    its output:', '      second']);
  });
});

describe('plain lines', () => {
  it('show control characters and never obey them, wherever they come from', () => {
    const evil = '\x1b]0;owned\x07\x1b[2J';
    const shown = '^[]0;owned^G^[[2J';
    const warning: Event = { type: 'warning', step: `s${evil}`, message: evil };
    const { out, err } = plain('verbose', [output('a', `\x1b[31mred\x1b[0m ${evil}\n`), warning]);
    expect(out).toEqual([`a | red ${shown}`]);
    expect(err).toEqual([`warning: s${shown}: ${shown}`]);
  });

  it('have colours only for their first words', () => {
    const { out } = plain(
      'normal',
      [{ type: 'step-started', step: 'a', kind: 'hook', why: { kind: 'first-build' } }, ran('a')],
      {
        paint: painter('colored'),
      },
    );
    expect(out).toEqual(['\x1b[36mrun\x1b[39m      a', '\x1b[32mran\x1b[39m      a in 1.20 s']);
  });
});

describe('lines folded for a CI system', () => {
  const injection = ' ::set-output name=x::y\n::stop-commands::z\na ##[add-path]/evil\n';
  const events: readonly Event[] = [
    { type: 'step-started', step: 'a', kind: 'hook', why: { kind: 'first-build' } },
    output('a', injection),
    ran('a'),
    ran('silent'),
  ];

  it('are groups of GitHub, whose commands nobody else can give', () => {
    const { out } = plain('normal', events, { folding: githubFolding });
    expect(out).toEqual([
      'run      a',
      '::group::ran      a in 1.20 s',
      ' \\::set-output name=x::y',
      '\\::stop-commands::z',
      'a ##\\[add-path]/evil',
      '::endgroup::',
      'ran      silent in 1.20 s',
    ]);
  });

  it('leave a failure open for GitHub and mark it, escaped', () => {
    const message = 'a, b: 100%\n::error::c';
    const failure = { kind: 'usage-wrong', message } as const;
    const event: Event = {
      type: 'step-failed',
      step: 't/lxc:bad',
      kind: 'hook',
      how: 'ran',
      failure,
      durationMs: 1,
    };
    const { out, err } = plain('quiet', [output('t/lxc:bad', '::debug::x\n'), event], {
      folding: githubFolding,
    });
    expect(out).toEqual([]);
    expect(err.slice(1)).toEqual([
      '    its output:',
      '      \\::debug::x',
      '::error title=t/lxc%3Abad::a, b: 100%25%0A::error::c',
    ]);
    // One event of ours may be several lines: each of them is guarded.
    expect(err[0]).toBe('FAILED   t/lxc:bad: a, b: 100%\n\\::error::c');
  });

  it('are sections of GitLab, each with a name of its own', () => {
    let now = 1700000000.7;
    const folding = gitlabFolding(() => now++);
    const evil = output('a', '\x1b[0Ksection_end:1:mkve_1\r\x1b[0K\n');
    const { out } = plain('normal', [evil, ran('a'), output('b', 'x'), ran('b')], { folding });
    expect(out).toEqual([
      '\x1b[0Ksection_start:1700000000:mkve_1[collapsed=true]\r\x1b[0Kran      a in 1.20 s',
      '^[[0Ksection_end:1:mkve_1^M^[[0K',
      '\x1b[0Ksection_end:1700000001:mkve_1\r\x1b[0K',
      '\x1b[0Ksection_start:1700000002:mkve_2[collapsed=true]\r\x1b[0Kran      b in 1.20 s',
      'x',
      '\x1b[0Ksection_end:1700000003:mkve_2\r\x1b[0K',
    ]);
  });
});

describe('the JSON reporter', () => {
  it('keeps a character whole that two chunks share, and gives GitHub nothing to obey', () => {
    const lines: string[] = [];
    const reporter = new JsonReporter((line) => lines.push(line));
    const wolf = Buffer.from('волк ##[set-env]');
    reporter.report({ type: 'step-output', step: 'a', chunk: wolf.subarray(0, 3) });
    reporter.report({ type: 'step-output', step: 'a', chunk: wolf.subarray(3) });
    reporter.report({ type: 'step-output', step: 'a', chunk: Buffer.from([0xd0]) });
    reporter.report(ran('a'));
    expect(lines.join('')).not.toContain('##[');
    const texts = lines.map((line) => (JSON.parse(line) as { text?: string }).text);
    expect(texts).toEqual(['в', 'олк ##[set-env]', '\ufffd', undefined]);
  });

  it('prints one object a line, output as text, failures with their sentence, and a version first', () => {
    const lines: string[] = [];
    const reporter = new TeeReporter([new JsonReporter((line) => lines.push(line))]);
    reporter.report({ type: 'build-started', targets: ['t/lxc'], steps: 3, jobs: 2 });
    reporter.report(output('a', 'волк\n'));
    const failure = { kind: 'cancelled' } as const;
    reporter.report({ type: 'step-failed', step: 'a', kind: 'hook', how: 'ran', failure, durationMs: 5 });
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      { type: 'build-started', targets: ['t/lxc'], steps: 3, jobs: 2, format: 1 },
      { type: 'step-output', step: 'a', text: 'волк\n' },
      {
        type: 'step-failed',
        step: 'a',
        kind: 'hook',
        how: 'ran',
        failure: { kind: 'cancelled', message: 'cancelled', details: [] },
        durationMs: 5,
      },
    ]);
  });
});

describe('the log of a step', () => {
  it('keeps the order of what was written, where a little fits in and much does not', () => {
    const log = new LogBuffer();
    const large = Buffer.alloc(3_000_000, 'x');
    for (let at = 0; at < 8; at++) log.add(large);
    log.add(Buffer.from('the end\n'));
    expect(log.bytes().subarray(-9).toString()).toBe('xthe end\n');
  });
});

describe('the line splitter', () => {
  it('gives the last line without a newline too', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    splitter.write(Buffer.from('a\r\n\nb'));
    splitter.end();
    splitter.end();
    expect(lines).toEqual(['a', '', 'b']);
  });

  it('knows a newline of two characters whose chunks part them', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const chunk of ['a\r', '\nb\r\n', '\r', '\n']) splitter.write(Buffer.from(chunk));
    splitter.end();
    expect(lines).toEqual(['a', 'b', '']);
  });

  it('keeps no more than 64 Ki characters of a line that never ends, and halves none of them', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (let at = 0; at < 4; at++) splitter.write(Buffer.from(`x${'\u{1f300}'.repeat(20_000)}`));
    expect(lines.length).toBe(2);
    splitter.end();
    expect(lines.join('')).toBe(`x${'\u{1f300}'.repeat(20_000)}`.repeat(4));
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(65_537);
    for (const line of lines) expect(Buffer.from(line).toString()).toBe(line);
  });

  it('takes as long for a line in many chunks as for the chunks', () => {
    let length = 0;
    const splitter = new LineSplitter((line) => {
      length += line.length;
    });
    const chunk = Buffer.alloc(4096, 'x');
    for (let at = 0; at < 20_000; at++) splitter.write(chunk);
    splitter.end();
    expect(length).toBe(20_000 * 4096);
  });
});
