import { describe, expect, it } from 'vitest';

import { type Event, HeldReporter } from '../../../src/report/index.js';

const output = (bytes: number): Event => ({ type: 'step-output', step: 'a', chunk: Buffer.alloc(bytes) });
const warning = (message: string): Event => ({ type: 'warning', message });

function rig() {
  const told: Event[] = [];
  return { told, reporter: new HeldReporter({ report: (event) => void told.push(event) }) };
}

describe('events while somebody else has the terminal', () => {
  it('are told afterwards in order, progress not at all', () => {
    const { told, reporter } = rig();
    reporter.report(warning('1'));
    reporter.hold();
    reporter.report(warning('2'));
    reporter.report({ type: 'step-progress', step: 'a', done: 1, unit: 'bytes' });
    reporter.report(output(3));
    expect(told).toEqual([warning('1')]);
    reporter.letGo();
    reporter.report(warning('3'));
    expect(told).toEqual([warning('1'), warning('2'), output(3), warning('3')]);
  });

  it('do not fill the memory with output', () => {
    const { told, reporter } = rig();
    reporter.hold();
    for (let count = 0; count < 10; count++) reporter.report(output(1024 * 1024));
    reporter.letGo();
    expect(told.filter(({ type }) => type === 'step-output')).toHaveLength(4);
    expect(told.at(-1)).toMatchObject({ type: 'warning' });
    reporter.hold();
    reporter.letGo();
    expect(told.filter(({ type }) => type === 'warning')).toHaveLength(1);
  });
});
