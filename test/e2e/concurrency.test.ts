import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openProbe, type Probe } from './support/probe.js';
import { until } from './support/processes.js';
import { idsRan, Rig } from './support/rig.js';

let rig: Rig;
let probe: Probe;
beforeEach(async () => {
  rig = new Rig();
  probe = await openProbe();
  rig.write('hooks/held', `#!/bin/sh\nset -e\n${probe.call}\necho held >/etc/held\n`, 0o755);
  rig.write('hooks/last', '#!/bin/sh\necho "$MKVE_TEMPLATE" >/etc/last\n', 0o755);
});
afterEach(() => {
  probe.close();
  rig.dispose();
});

function digestOf(path: string): string {
  return createHash('sha256')
    .update(readFileSync(rig.path(path)))
    .digest('hex');
}

/** A project in a directory of its own, with templates that other projects of the test may have too. */
function project(directory: string, names: readonly string[]): void {
  const templates = names.map(
    (name) => `'${rig.name}-${name}': { version: '1', network: ['held'],
      hypervisors: { lxc: { packages: [], hooks: ['held', 'last'] } } },`,
  );
  rig.write(
    `${directory}/mkvefile.ts`,
    `import { defineConfig, mmdebstrap } from 'mkve';
     export default defineConfig({ packages: mmdebstrap({ suite: 'bookworm' }), sign: false, hooks: ['../hooks'],
       templates: { ${templates.join('\n')} } });\n`,
  );
}

const build = (directory: string) =>
  rig.startRun('mkve', ['build', '--verbose', '-j4'], { cwd: rig.path(directory) });
const bundleOf = (directory: string, name: string) => `${directory}/out/${rig.name}-${name}-lxc.bun`;
/** Which steps ran in both together, without those that write an output. */
const steps = (...ids: readonly (readonly string[])[]) =>
  ids
    .flat()
    .filter((id) => !id.endsWith(':bundle'))
    .toSorted();
const stepsOf = (...names: readonly string[]) =>
  names.flatMap((name) =>
    ['held', 'last', 'metainfo', 'pack'].map((step) => `${rig.name}-${name}/lxc:${step}`),
  );

describe('two builds at once on one store', () => {
  it('of equal targets run each step once, and both have the right bundle', async () => {
    project('first', ['one']);
    project('second', ['one']);
    const first = build('first');
    await until('the hook of the first waits', () => probe.calls() === 1);
    const second = build('second');
    await second.said(/^waiting {2}\S+-one\/lxc:held \(another process is at work on it\)$/);
    probe.release();
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect(one.status, one.stderr).toBe(0);
    expect(two.status, two.stderr).toBe(0);
    expect(probe.calls()).toBe(1);
    expect(steps(idsRan(one), idsRan(two))).toEqual(stepsOf('one'));
    expect(digestOf(bundleOf('first', 'one'))).toBe(digestOf(bundleOf('second', 'one')));
    expect((await rig.mkve(['verify', '--allow-unsigned', bundleOf('second', 'one')])).status).toBe(0);
  });

  it('of targets that overlap share the steps of those that both have', async () => {
    project('first', ['one', 'two']);
    project('second', ['two', 'three']);
    const first = build('first');
    await until('both hooks of the first wait', () => probe.calls() === 2);
    const second = build('second');
    await until('the hook that only the second has waits too', () => probe.calls() === 3);
    probe.release();
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect(one.status, one.stderr).toBe(0);
    expect(two.status, two.stderr).toBe(0);
    expect(probe.calls()).toBe(3);
    expect(steps(idsRan(one), idsRan(two))).toEqual(stepsOf('one', 'three', 'two'));
    expect(digestOf(bundleOf('first', 'two'))).toBe(digestOf(bundleOf('second', 'two')));
    for (const [directory, name] of [
      ['first', 'one'],
      ['second', 'three'],
    ] as const)
      expect((await rig.mkve(['verify', '--allow-unsigned', bundleOf(directory, name)])).status).toBe(0);
  });

  it('of one output leave it whole, and a waiting build takes over when the other one is killed', async () => {
    project('only', ['one']);
    const first = build('only');
    await until('the hook of the first waits', () => probe.calls() === 1);
    const second = build('only');
    await second.said(/^cached {3}base:/);
    process.kill(first.pid, 'SIGKILL');
    await until('the second has taken over', () => probe.calls() === 2);
    probe.release();
    expect((await first.ended).signal).toBe('SIGKILL');
    const two = await second.ended;
    expect(two.status, two.stderr).toBe(0);
    expect(steps(idsRan(two))).toEqual(stepsOf('one'));
    expect((await rig.mkve(['verify', '--allow-unsigned', bundleOf('only', 'one')])).status).toBe(0);
  });

  it('stop waiting for the other one when they are interrupted', async () => {
    project('only', ['one']);
    const first = build('only');
    await until('the hook of the first waits', () => probe.calls() === 1);
    const second = build('only');
    await second.said(/^cached {3}base:/);
    process.kill(second.pid, 'SIGINT');
    expect((await second.ended).status).toBe(130);
    probe.release();
    const one = await first.ended;
    expect(one.status, one.stderr).toBe(0);
    expect(idsRan(one)).toContain(`${rig.name}-one/lxc:bundle`);
  });
});
