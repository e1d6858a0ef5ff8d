import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';

import { afterEach, describe, expect, it } from 'vitest';

import { jsonOf, Rig } from './support/rig.js';

const rigs: Rig[] = [];

afterEach(() => {
  for (const rig of rigs.splice(0)) rig.dispose();
});

/** What the hooks take; a base of this size is soon made a second time. That of Debian is compared in reproducible.test.ts. */
const TOOLS = ['sh', 'head', 'base64', 'cp', 'nproc', 'date'];

/** A project whose hooks are given, on a base that holds busybox and nothing else. */
function project(hooks: Readonly<Record<string, string>>): Rig {
  const rig = new Rig();
  rigs.push(rig);
  rig.template({ hooks });
  for (const name of ['bin', 'dev', 'etc', 'proc', 'tmp'])
    mkdirSync(rig.path(`base/${name}`), { recursive: true });
  copyFileSync('/bin/busybox', rig.path('base/bin/busybox'));
  for (const name of TOOLS) symlinkSync('busybox', rig.path(`base/bin/${name}`));
  const template = `{ path: './${rig.name}', output: 'out.bun', pack: { format: 'tar.gz', level: 1 } }`;
  const config = `{ templates: { '${rig.name}': ${template} }, packages: rootfs({ from: './base' }), sign: false }`;
  rig.write(
    'mkvefile.ts',
    `import { defineConfig, rootfs } from 'mkve';\nexport default defineConfig(${config});\n`,
  );
  return rig;
}

describe('mkve check', () => {
  it('names the files that differ between two runs of a hook, and no step after it', async () => {
    const rig = project({
      '10-same': 'echo same >/etc/same',
      '20-chance': 'head -c 16 /dev/urandom | base64 >/etc/chance; echo same >/etc/also',
      '30-reads': 'cp /etc/chance /etc/copy',
      '40-machine': 'nproc >/etc/processors',
    });
    const checked = await rig.mkve(['check', '--json']);
    expect(checked.status).toBe(1);
    const steps = jsonOf(checked).filter(({ type }) => type === 'check');
    const differing = steps.filter(({ reproducible }) => reproducible === false);
    expect(differing.map(({ step, differences }) => [step, differences])).toEqual([
      [`${rig.name}/lxc:20-chance`, ['changed etc/chance']],
      ...(availableParallelism() === 1 ? [] : [[`${rig.name}/lxc:40-machine`, ['changed etc/processors']]]),
    ]);
    expect(steps.length).toBeGreaterThan(4);
    const explained = await rig.mkve(['explain', `${rig.name}/lxc:20-chance`]);
    expect(explained.stdout).toContain(
      'not reproducible: mkve check found 1 difference, such as changed etc/chance',
    );
  });

  it('finds nothing where there is nothing, and leaves the build up to date', async () => {
    const rig = project({ '10-same': 'date +%s >/tmp/now; echo same >/etc/same' });
    const checked = await rig.mkve(['check']);
    expect(checked.stdout).toContain(`same     ${rig.name}/lxc:10-same`);
    expect(checked.status).toBe(0);
    const again = await rig.mkve(['build']);
    expect(again.stdout).toContain('0 steps ran');
  });
});
