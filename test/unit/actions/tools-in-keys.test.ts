import { describe, expect, it } from 'vitest';

import { type ActionDeps, ActionExecutor } from '../../../src/actions/index.js';
import { digestOf } from '../../../src/base/index.js';
import { actionKey } from '../../../src/engine/index.js';
import type { DnfSource, MmdebstrapSource, RootfsSource, Step } from '../../../src/graph/index.js';
import { stepId } from '../../../src/graph/index.js';
import type { Outputs } from '../../../src/store/index.js';

const common = { architecture: 'amd64', recommends: false } as const;
const mmdebstrap: MmdebstrapSource = {
  ...{ backend: 'mmdebstrap', suite: 'bookworm', variant: 'minbase', repositories: [], ...common },
};
const dnf: DnfSource = {
  ...{ backend: 'dnf', release: '42', repositories: [], signatures: 'none', base: ['bash'], ...common },
  database: '/usr/lib/sysimage/rpm',
};
const given: RootfsSource = {
  ...{ backend: 'rootfs', name: 'base.tar', ...common },
  from: { kind: 'archive', path: '/srv/base.tar', fingerprint: digestOf('times') },
};

const rootfs = { tree: digestOf('tree'), layers: [], packs: [], sourceDateEpoch: 0 };
const inputs: Readonly<Record<string, Outputs>> = {
  snapshot: { snapshot: digestOf('lists'), date: 0 },
  resolved: { packages: [], requested: [] },
  base: { rootfs, status: digestOf('status') } as unknown as Outputs,
  from: { rootfs } as unknown as Outputs,
};

/** The key of a step on a machine whose programs have version 1, but for one. */
function keyWith(step: Step, newer?: string): string {
  const versionOf = (program: string) => (program === newer ? '2' : '1');
  const deps = { tools: { versionOf } } as unknown as ActionDeps;
  return actionKey(new ActionExecutor(deps).describe(step, inputs)).key;
}

const PROGRAMS = ['mmdebstrap', 'apt-get', 'dpkg-deb', 'dnf', 'rpm', 'tar', 'zstd', 'gpg', 'bwrap'];

const snapshot = stepId('snapshot');
const resolved = stepId('resolved');
const base = stepId('base');
const made = { kind: 'base', id: base, pool: 'work', snapshot } as const;
const resolving = { kind: 'resolve', id: resolved, pool: 'network', packages: ['less'], snapshot } as const;
const installing = {
  kind: 'packages',
  id: stepId('packages'),
  pool: 'work',
  base,
  resolved,
  snapshot,
} as const;
const hook = { name: 'hook', file: '/hook', digest: digestOf('hook'), args: [] };

describe('the key of a step', () => {
  it.each<[string, Step, readonly string[]]>([
    [
      'a base of mmdebstrap',
      { ...made, source: mmdebstrap, resolved },
      ['mmdebstrap', 'apt-get', 'dpkg-deb'],
    ],
    ['a base of dnf', { ...made, source: dnf, resolved }, ['rpm']],
    ['a given base', { ...made, source: given }, ['tar']],
    ['resolving by apt', { ...resolving, source: mmdebstrap }, ['apt-get']],
    ['resolving by apt on a base', { ...resolving, source: given, base }, ['apt-get']],
    ['resolving by dnf', { ...resolving, source: dnf }, ['dnf']],
    ['packages of apt, which the apt in the base installs', { ...installing, source: mmdebstrap }, []],
    ['packages of dnf, which the rpm of the host installs', { ...installing, source: dnf }, ['rpm']],
    [
      'a hook',
      { kind: 'hook', id: stepId('hook'), pool: 'work', from: base, hook, env: {}, network: 'none' },
      [],
    ],
    [
      'packing by zstd',
      {
        kind: 'pack',
        id: stepId('pack'),
        pool: 'work',
        from: base,
        format: 'tar.zst',
        level: 3,
        devices: [],
      },
      // Node has it built in from 22.15 on.
      'zstd' in process.versions ? [] : ['zstd'],
    ],
  ])('of %s depends on those programs of the host that its result does', (_what, step, expected) => {
    const before = keyWith(step);
    expect(PROGRAMS.filter((program) => keyWith(step, program) !== before)).toEqual(
      PROGRAMS.filter((program) => expected.includes(program)),
    );
  });
});
