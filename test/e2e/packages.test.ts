import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { copySeed } from './support/private-store.js';
import { jsonOf, kindsRan, Rig } from './support/rig.js';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.dispose());

const hooks = { '10-one': 'echo one >/etc/one', '20-two': 'ls /usr/bin >/etc/two' };
/** The names in the bundle's list of packages. */
async function installed(): Promise<readonly string[]> {
  const [view = {}] = jsonOf(await rig.mkve(['inspect', '--json', rig.output]));
  return (view['packages'] as readonly { readonly name: string }[]).map(({ name }) => name);
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('packages', () => {
  it('are installed and listed; one more runs the packages and the hooks again and nothing else', async () => {
    rig.template({ hooks, packages: ['tree'] });
    const first = await rig.bundle();
    expect(first.status, first.stderr).toBe(0);
    expect(await installed()).toContain('tree');
    expect(await installed()).not.toContain('time');
    const alone = digestOf(rig.output);
    rig.template({ hooks, packages: ['time', '# why not', 'tree'] });
    const second = await rig.bundle();
    expect(second.status, second.stderr).toBe(0);
    const packing = ['pack', 'metainfo', 'bundle'];
    expect(kindsRan(second)).toEqual(['resolve', 'packages', '10-one', '20-two', ...packing]);
    expect(await installed()).toEqual(expect.arrayContaining(['time', 'tree']));
    rig.template({ hooks, packages: ['tree', 'time'] });
    expect(kindsRan(await rig.bundle())).toEqual([]);
    rig.template({ hooks, packages: ['tree'] });
    expect(kindsRan(await rig.bundle())).toEqual(['bundle']);
    expect(digestOf(rig.output)).toBe(alone);
  });

  it('of an architecture that this machine cannot run are refused before anything is fetched', async () => {
    rig.template({ hooks });
    const ran = await rig.bundle(['--arch', 'hurd-i386']);
    expect(ran.status).toBe(6);
    expect(ran.stderr).toContain(
      'an enabled binfmt_misc handler qemu-hurd-i386 with the flag F (runs programs of hurd-i386 on this machine)',
    );
    expect(existsSync(rig.output)).toBe(false);
  });

  it('come without those that they merely recommend', async () => {
    rig.template({ packages: ['nvi'] });
    const ran = await rig.bundle();
    expect(ran.status, ran.stderr).toBe(0);
    expect(await installed()).toContain('nvi');
    expect(await installed()).not.toContain('nvi-doc');
  });

  it.each([
    [
      ['no-such-package', 'tree', 'nor-this-one'],
      ['no-such-package, nor-this-one', 'suite bookworm'],
    ],
    [['mail-transport-agent'], ['has no package mail-transport-agent']],
    [['tree=0.0'], ["Version '0.0' for 'tree' was not found"]],
    [['tr.e'], ['has no package tr.e']],
    [
      ['ve-web', 've-hypervisor-lxc'],
      ["services['web']", "hypervisors['lxc']", 'or list the real packages'],
    ],
    [
      ['sysvinit-core', 'systemd-sysv'],
      ['cannot be installed together', 'sysvinit-core', 'systemd-sysv'],
    ],
  ])('that cannot be had are named: %j', async (packages, said) => {
    rig.template({ packages });
    const ran = await rig.bundle();
    expect(ran.status).toBe(1);
    for (const words of said) expect(ran.stderr).toContain(words);
    expect(existsSync(rig.output)).toBe(false);
  });

  it('that ve-* names stand for are those of the mkvefile', async () => {
    rig.template({ packages: ['ve-forest', 've-hypervisor-lxc'] });
    rig.write(
      'mkvefile.ts',
      `import { defineConfig, mmdebstrap } from 'mkve';
       export default defineConfig({ packages: mmdebstrap({ suite: 'bookworm' }), sign: false,
         services: { forest: ['tree'] }, hypervisors: { lxc: { packages: ['time'] } },
         templates: { '${rig.name}': { path: './${rig.name}', output: 'out.bun' } } });\n`,
    );
    const ran = await rig.mkve(['build']);
    expect(ran.status, ran.stderr).toBe(0);
    expect(await installed()).toEqual(expect.arrayContaining(['time', 'tree']));
  });

  it('are downloaded once: from nothing but the snapshot and the downloads all is built again, to the same bytes', async () => {
    const store = rig.path('private-store');
    copySeed(rig.seed, store);
    rig.template({ hooks, packages: ['tree'] });
    const first = await rig.bundle([], { store });
    expect(first.status, first.stderr).toBe(0);
    const before = digestOf(rig.output);
    forgetResults(store);
    rmSync(rig.output);
    // Nobody answers there, so apt gets nowhere.
    const cut = { http_proxy: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1' };
    rig.template({ hooks, packages: ['ed'] });
    const poisoned = await rig.bundle([], { store, env: cut });
    expect(poisoned.status).toBe(1);
    expect(poisoned.stderr).toMatch(/could not download http\S+\/ed_\S+\.deb/);
    rig.template({ hooks, packages: ['tree'] });
    const again = await rig.bundle([], { store, env: cut });
    expect(again.status, again.stderr).toBe(0);
    expect(kindsRan(again)).toEqual(
      expect.arrayContaining(['resolve', 'packages', '10-one', 'pack', 'bundle']),
    );
    expect([...kindsRan(poisoned), ...kindsRan(again)]).toContain('base');
    expect(digestOf(rig.output)).toBe(before);
  });
});

/** Deletes the results of all steps but snapshots, and all layers. */
function forgetResults(store: string): void {
  rmSync(join(store, 'layers'), { recursive: true });
  rmSync(join(store, 'segments'), { recursive: true });
  for (const name of readdirSync(join(store, 'actions'), { recursive: true, encoding: 'utf8' })) {
    const file = join(store, 'actions', name);
    if (!name.endsWith('.json')) continue;
    if (!readFileSync(file, 'utf8').includes('\\"kind\\":\\"snapshot\\"')) rmSync(file);
  }
}
