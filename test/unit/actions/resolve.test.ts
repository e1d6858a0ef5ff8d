import { describe, expect, it } from 'vitest';

import { resolve } from '../../../src/actions/resolve.js';
import { bug, digestOf } from '../../../src/base/index.js';
import { foundationOf, type ResolveStep, type RootfsSource, stepId } from '../../../src/graph/index.js';
import { exact } from '../../support/lock-samples.js';

const source: RootfsSource = {
  ...{ backend: 'rootfs', name: 'base.tar', architecture: 'amd64', recommends: false },
  from: { kind: 'archive', path: '/srv/base.tar', fingerprint: digestOf('times') },
};
const status = digestOf('status');
const onto = foundationOf(status, source) ?? bug('nothing to be resolved on');
const step: ResolveStep = {
  ...{ kind: 'resolve', id: stepId('resolve:base'), pool: 'network', source, packages: ['less'] },
  snapshot: stepId('snapshot:base'),
  base: stepId('base:base'),
  locked: [exact('less', '2:590-1')],
  lockedOnto: onto,
};
const on = (found: string) => ({
  snapshot: { snapshot: digestOf('lists'), date: 0 },
  base: { status: digestOf(found) },
});
const deps = { tools: { versionOf: () => '1' } } as unknown as Parameters<typeof resolve.describe>[2];

describe('a list that is locked on a given base', () => {
  it('is what the lock says while the base is what it was', () => {
    expect(resolve.given?.(step, on('status'))).toEqual({
      packages: [expect.objectContaining({ name: 'less', file: 'less_2%3a590-1_amd64.deb' })],
      requested: ['less'],
    });
  });

  it('is resolved anew on another base, as a list that is not locked', () => {
    const { locked: _, lockedOnto: __, ...free } = step;
    expect(resolve.given?.(step, on('other'))).toBeUndefined();
    expect(resolve.describe(step, on('other'), deps)).toEqual(resolve.describe(free, on('other'), deps));
  });

  it('fails on another base where the lock must hold, whatever a build without that left', async () => {
    const strict = { ...step, lockedBy: '/project/mkve.lock' };
    expect(resolve.describe(strict, on('other'), deps)).not.toEqual(
      resolve.describe(step, on('other'), deps),
    );
    const context = { inputs: on('other') } as unknown as Parameters<typeof resolve.run>[1];
    expect(await resolve.run(strict, context, deps)).toEqual({
      ok: false,
      error: {
        kind: 'lock-outdated',
        file: '/project/mkve.lock',
        changes: [expect.stringMatching(/^it has the list less for another content of base\.tar/)],
      },
    });
    expect(resolve.given?.(strict, on('status'))).toBeDefined();
  });
});
