import { describe, expect, it } from 'vitest';

import {
  type Event,
  JsonReporter,
  LineSplitter,
  PlainReporter,
  TeeReporter,
  type Verbosity,
} from '../../../src/report/index.js';

function plain(verbosity: Verbosity, events: readonly Event[]) {
  const out: string[] = [];
  const err: string[] = [];
  const reporter = new PlainReporter({
    verbosity,
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

describe('the JSON reporter', () => {
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
        failure,
        durationMs: 5,
        message: 'cancelled',
      },
    ]);
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
});
