import { rmSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { jsonOf, kindsRan, Rig } from './support/rig.js';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.dispose());

describe('without an mkvefile', () => {
  it('the packages of the last build are recorded in the store, for each program and what it makes', async () => {
    expect(await rig.bundle(['--locked'])).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/there is no lock yet/),
    });
    const first = await rig.bundle(['--offline']);
    expect(first.status, first.stderr).toBe(0);
    const again = await rig.bundle(['--locked', '--offline']);
    expect([again.status, kindsRan(again)]).toEqual([0, []]);
    rig.template({ packages: ['less'] });
    expect(await rig.bundle(['--locked'])).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/does not have the list less/),
    });
    const cache = (...options: string[]) =>
      rig.run('mkve-cache', ['--suite', 'bookworm', '--output', rig.path('out.tar'), ...options]);
    expect((await cache('--locked')).status).toBe(3);
    expect((await cache('--offline')).status).toBe(0);
    expect((await cache('--locked')).status).toBe(0);
  });

  it('an update and a lock that must not change exclude each other', async () => {
    expect(await rig.bundle(['--update', '--locked'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/update and locked exclude each other/),
    });
  });
});

describe('mkve.lock', () => {
  const mkvefile = (packages: readonly string[]) =>
    rig.write(
      'mkvefile.ts',
      `import { defineConfig, mmdebstrap } from 'mkve';
       export default defineConfig({ packages: mmdebstrap({ suite: 'bookworm' }), sign: false,
         templates: { '${rig.name}': { version: '1', output: 'out.bun', hypervisors: { lxc: { packages: ${JSON.stringify(packages)} } } } } });\n`,
    );

  it('is written by the first build, and must be whole', async () => {
    mkvefile([]);
    const first = await rig.mkve(['build', '--json']);
    expect(first.status, first.stderr).toBe(0);
    expect(jsonOf(first).filter(({ type }) => type === 'lock')).toMatchObject([
      { how: 'written', changes: [] },
    ]);
    expect(jsonOf(await rig.mkve(['build', '--locked', '--json'])).map(({ type }) => type)).not.toContain(
      'lock',
    );
    expect(await rig.mkve(['update', 'nosuch'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/neither a target nor a package/),
    });
    expect(await rig.mkve(['update', rig.name])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/lists no packages/),
    });
    rig.write('mkve.lock', '{\n<<<<<<< ours\n');
    expect(await rig.mkve(['build'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/mkve\.lock:2: has the marks of a merge/),
    });
    rmSync(rig.path('mkve.lock'));
    expect((await rig.mkve(['status'])).status).toBe(0);
  });
});
