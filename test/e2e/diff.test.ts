import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { copySeed } from './support/private-store.js';
import { jsonOf, Rig } from './support/rig.js';

let rig: Rig;
let store: string;

beforeAll(async () => {
  rig = new Rig();
  store = rig.path('private-store');
  copySeed(rig.seed, store);
  rig.write('10-base', '#!/bin/sh\necho base >/etc/base\n', 0o755);
  rig.write(
    '20-own',
    "#!/bin/sh\nprintf '1\\n2\\n' >/etc/own; echo old >/etc/gone; mkdir -m 700 /srv/own\n",
    0o755,
  );
  rig.write('conf/config', 'OSTEMPLATE="1"\n');
  mkvefile('1');
  const built = await mkve('build');
  expect(built.status, built.stderr).toBe(0);
});
afterAll(() => rig.dispose());

const mkve = (...args: readonly string[]) => rig.mkve(args, { store });
const target = () => `${rig.name}/openvz`;
const bundle = (hypervisor: string) => rig.path(`out/${rig.name}-${hypervisor}.bun`);

function mkvefile(version: string): void {
  const hooks = `['./10-base', './20-own']`;
  const hypervisors = `{ openvz: { packages: [], hooks: ${hooks}, conf: './conf' }, lxc: { packages: [], hooks: ${hooks} } }`;
  rig.write(
    'mkvefile.ts',
    `import { defineConfig, mmdebstrap } from 'mkve';
     export default defineConfig({
       templates: { '${rig.name}': { version: '${version}', hypervisors: ${hypervisors} } },
       packages: mmdebstrap({ suite: 'bookworm' }), sign: false,
     });\n`,
  );
}

describe.sequential('mkve diff', () => {
  it('says what a hook does', async () => {
    const ran = await mkve('diff', target(), '--step', '20-own');
    expect(ran.stdout.split('\n').slice(2, -1)).toEqual([
      'added    /etc/gone  file 0644 0:0 4 B',
      '    @@ -0,0 +1 @@',
      '    +old',
      'added    /etc/own  file 0644 0:0 4 B',
      '    @@ -0,0 +1,2 @@',
      '    +1',
      '    +2',
      'added    /srv/own  dir 0700 0:0',
      'paths: 3 added, 0 changed, 0 deleted',
    ]);
    expect(ran).toMatchObject({ status: 1, stderr: '' });
  });

  it('compares a target with its last bundle, and builds none', async () => {
    const same = await mkve('diff', target());
    expect(same).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^same /) });
    mkvefile('2');
    rig.write('conf/config', 'OSTEMPLATE="2"\n');
    rig.write('conf/other', '');
    const status = 'Package: fake\\nStatus: install ok installed\\nVersion: 7\\nArchitecture: all\\n';
    rig.write(
      '20-own',
      `#!/bin/sh\nprintf '1\\n3\\n' >/etc/own; chmod 600 /etc/own; printf '\\n${status}' >>/var/lib/dpkg/status\n`,
      0o755,
    );
    const before = statSync(bundle('openvz'), { bigint: true }).mtimeNs;
    const ran = await mkve('diff', target(), '--json');
    expect(ran.stderr).toMatch(/^ran {6}\S+:20-own in /m);
    const [found] = jsonOf(ran);
    expect(found).toMatchObject({
      of: 'target',
      metadata: [{ field: 'version', before: '1', after: '2' }],
      packages: [{ name: 'fake', arch: 'all', after: '7' }],
      conf: [
        { path: 'config', how: 'changed', parts: ['content'] },
        { path: 'other', how: 'added', parts: [] },
      ],
    });
    const files = (found as { readonly files: readonly { readonly path: string }[] }).files;
    expect(files.map(({ path }) => path)).toEqual([
      '/etc/gone',
      '/etc/own',
      '/srv/own',
      '/var/lib/dpkg/status',
    ]);
    expect(files[1]).toMatchObject({
      how: 'changed',
      before: { mode: '0644', size: 4 },
      after: { mode: '0600', size: 4 },
      text: '@@ -1,2 +1,2 @@\n 1\n-2\n+3\n',
    });
    expect(statSync(bundle('openvz'), { bigint: true }).mtimeNs).toBe(before);
    expect(ran.status).toBe(1);
    // Looking did not make it the last bundle.
    const again = await mkve('diff', target(), '--quiet');
    expect(again).toMatchObject({ status: 1, stdout: '' });
  });

  it('reads the bundle where the store no longer has what was packed', async () => {
    const layers = readdirSync(join(store, 'layers')).filter((name) => !name.endsWith('.ok'));
    const withOld = layers.filter((name) => {
      const own = join(store, 'layers', name, 'etc/own');
      return statSync(own, { throwIfNoEntry: false }) !== undefined && readFileSync(own, 'utf8') === '1\n2\n';
    });
    expect(withOld.length).toBeGreaterThan(0);
    for (const name of withOld) rmSync(join(store, 'layers', `${name}.ok`));
    const [found] = jsonOf(await mkve('diff', target(), '--json'));
    const { files, packages } = found as {
      files: readonly { path: string; how: string }[];
      packages: unknown;
    };
    expect(files.map(({ path, how }) => `${how} ${path}`)).toEqual([
      'deleted /etc/gone',
      'changed /etc/own',
      'deleted /srv/own',
      'changed /var/lib/dpkg/status',
    ]);
    expect(packages).toEqual([{ name: 'fake', arch: 'all', after: '7' }]);
  });

  it('compares bundles in whatever way they are packed', async () => {
    const [old, now] = [bundle('lxc'), rig.path('copy.bun')];
    const between = await mkve('diff', old, bundle('openvz'));
    expect(between.stdout).toContain('metadata packing: zstd -> gzip\n');
    expect(between.stdout).toContain('conf     conf/config added\n');
    // Device nodes are the only files in which they differ, where a hypervisor has any.
    expect(between.stdout).not.toMatch(/^(added|changed|deleted) +\/(?!dev)/m);
    const bytes = readFileSync(old);
    writeFileSync(now, bytes.subarray(0, bytes.length / 2));
    const broken = await mkve('diff', bundle('openvz'), now);
    expect([broken.status, broken.stdout]).toEqual([4, '']);
    expect(broken.stderr).toMatch(/^mkve: .*copy\.bun has 1 fault\n/);
    const missing = await mkve('diff', old, rig.path('no.bun'));
    expect(missing.status).toBe(4);
  });
});
