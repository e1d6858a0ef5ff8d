import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { copySeed, leftovers, locks } from './support/private-store.js';
import { openProbe, type Probe } from './support/probe.js';
import { until } from './support/processes.js';
import { type As, idsRan, Rig, stepsRan } from './support/rig.js';

let rig: Rig;
/** A store of the test's own. */
let store: string;
let probe: Probe | undefined;
beforeEach(() => start('caller'));
afterEach(() => {
  probe?.close();
  probe = undefined;
  rig.dispose();
});

function start(as: As): void {
  rig = new Rig(as);
  store = rig.path('own-store');
  copySeed(rig.seed, store);
}

/** A project of one target, `t/lxc`, named after the rig. */
function project(cache = '{}'): string {
  rig.write(
    'hooks/one',
    '#!/bin/sh\nset -e\necho one >/etc/one\nchown 7:8 /etc/one\nrm -r /usr/share/doc\n',
    0o755,
  );
  rig.write(
    'mkvefile.ts',
    `import { defineConfig, mmdebstrap } from 'mkve';
     export default defineConfig({ packages: mmdebstrap({ suite: 'bookworm' }), sign: false, hooks: ['./hooks'],
       cache: ${cache}, templates: { '${rig.name}': { version: '1', pack: { format: 'tar' }, network: ['one'], hypervisors: { lxc: {
         packages: [], hooks: [ 'one' ] } } } } });\n`,
  );
  return rig.path(`out/${rig.name}-lxc.bun`);
}

const mkve = (args: readonly string[], options: { readonly store?: string; readonly limit?: string } = {}) =>
  rig.mkve(args, {
    store: options.store ?? store,
    env: options.limit === undefined ? {} : { MKVE_CACHE_SIZE: options.limit },
  });

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('a store that is looked after', () => {
  it('loses nothing that a running build uses, and all of it afterwards', async () => {
    probe = await openProbe();
    const output = project();
    rig.write('hooks/one', `#!/bin/sh\nset -e\n${probe.call}\necho one >/etc/one\n`, 0o755);
    const running = rig.startRun('mkve', ['build'], { store });
    await until('the hook runs', () => probe?.calls() === 1);
    const cleared = await mkve(['cache', 'clear']);
    expect(cleared.stdout).toContain('may be in use by running builds');
    probe.release();
    const built = await running.ended;
    expect(built.status, built.stderr).toBe(0);
    expect((await mkve(['verify', '--allow-unsigned', output])).status).toBe(0);
    await mkve(['cache', 'clear']);
    const stats = JSON.parse((await mkve(['cache', 'stats', '--json'])).stdout) as Record<string, unknown>;
    expect(stats).toMatchObject({ type: 'store-stats', results: 0, layers: 0, running: false });
    expect(readdirSync(join(store, 'layers'))).toEqual([]);
    expect([leftovers(store), locks(store)]).toEqual([[], []]);
  });

  it('is collected by a build now and then, but for what is pinned and the snapshot', async () => {
    project(`{ pin: ['${rig.name}'] }`);
    rmSync(join(store, 'last/collected.json'), { force: true });
    rig.template({ hooks: { '10-a': 'echo a >/etc/a' } });
    expect((await rig.bundle([], { store })).status).toBe(0);
    expect((await mkve(['build'], { limit: '1 TB' })).status).toBe(0);
    rmSync(join(store, 'last/collected.json'));
    rig.write('hooks/one', '#!/bin/sh\necho other >/etc/one\n', 0o755);
    const built = await mkve(['build'], { limit: '1 kB' });
    expect(built.stdout).toMatch(/^store {4}was over its limit of 1.0 kB: .* removed/m);
    const listed = await mkve(['cache', 'ls']);
    expect(listed.stdout).toContain(`(pinned) ${rig.name}/lxc:one`);
    expect(listed.stdout).not.toContain(':10-a');
    rig.write('hooks/one', '#!/bin/sh\necho third >/etc/one\n', 0o755);
    expect(stepsRan(await mkve(['build']))).toEqual(['one', 'pack', 'metainfo', 'bundle']);
    expect(stepsRan(await rig.bundle([], { store }))).not.toContain('snapshot');
  });

  it('is refused a size that is none', async () => {
    project();
    const refused = await mkve(['cache', 'stats'], { limit: 'much' });
    expect([refused.status, refused.stderr]).toEqual([
      2,
      "mkve: MKVE_CACHE_SIZE holds 'much': expected a size such as '20 GB', or a number of bytes\n",
    ]);
  });
});

describe.each<As>(['caller', 'user'])('results that are moved to another store, as %s', (as) => {
  it('are found there, layers and all, and damage on the way is noticed', async () => {
    rig.dispose();
    start(as);
    const output = project();
    expect((await mkve(['build'])).status).toBe(0);
    const before = digestOf(output);
    const file = rig.path('results.mkve');
    const exported = await mkve(['cache', 'export', file]);
    expect(exported.status, exported.stderr).toBe(0);
    const other = rig.path('other-store');
    const imported = await mkve(['cache', 'import', file], { store: other });
    expect(imported.status, imported.stderr).toBe(0);
    expect((await mkve(['cache', 'verify'], { store: other })).stdout).toContain('all of it is whole');
    rmSync(output);
    const restored = await mkve(['build'], { store: other });
    expect(idsRan(restored)).toEqual([`${rig.name}/lxc:bundle`]);
    expect(digestOf(output)).toBe(before);
    // A later step can run on the layers, too: they have their owners, attributes and whiteouts.
    rig.write(
      'hooks/two',
      '#!/bin/sh\ntest "$(stat -c %u:%g /etc/one)" = 7:8 && ! test -e /usr/share/doc\n',
      0o755,
    );
    rig.write(
      'mkvefile.ts',
      readFileSync(rig.path('mkvefile.ts'), 'utf8').replace("[ 'one' ]", "['one', 'two']"),
    );
    const further = await mkve(['build'], { store: other });
    expect(further.status, further.stderr).toBe(0);
    expect(stepsRan(further)).not.toContain('one');
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, bytes.length >> 1));
    const torn = await mkve(['cache', 'import', file], { store: rig.path('third-store') });
    expect([torn.status, torn.stdout]).toEqual([1, '']);
    expect(torn.stderr).toContain('cannot read');
    const nothing = await mkve(['cache', 'stats', '--json'], { store: rig.path('third-store') });
    expect(JSON.parse(nothing.stdout)).toMatchObject({ results: 0 });
  });
});
