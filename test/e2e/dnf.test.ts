import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type GpgRig, gpg, gpgRig, newKey } from '../support/gpg-rig.js';
import { buildRpms, indexRpms, type RpmRecipe } from '../support/rpm-repository.js';
import { type Ran, Rig } from './support/rig.js';

const SHELL = `
mkdir -p $RPM_BUILD_ROOT/usr/bin $RPM_BUILD_ROOT/tmp $RPM_BUILD_ROOT/etc
cp /bin/busybox $RPM_BUILD_ROOT/usr/bin/busybox; ln -s usr/bin $RPM_BUILD_ROOT/bin
for name in sh cat grep; do ln -s busybox $RPM_BUILD_ROOT/usr/bin/$name; done
`;
const shell: RpmRecipe = {
  name: 'tiny-shell',
  version: '1',
  provides: ['/bin/sh'],
  install: SHELL,
  files: ['/bin', '/usr/bin/*', '%dir /etc', '%dir %attr(1777,root,root) /tmp'],
};
const lib: RpmRecipe = { name: 'tiny-lib', version: '1', install: ':', files: [] };
const app = (version: string): RpmRecipe => ({
  name: 'tiny-app',
  version,
  requires: ['tiny-shell', 'tiny-lib >= 1'],
  install: `mkdir -p $RPM_BUILD_ROOT/etc $RPM_BUILD_ROOT/usr/bin; echo conf >$RPM_BUILD_ROOT/etc/tiny.conf; echo ${version} >$RPM_BUILD_ROOT/usr/bin/tiny-ping`,
  files: [
    '%config(noreplace) /etc/tiny.conf',
    '%attr(0755,root,root) %caps(cap_net_raw=ep) /usr/bin/tiny-ping',
  ],
  post: 'echo "installed $1 $SOURCE_DATE_EPOCH" >/etc/tiny.state',
});

let rig: Rig;
let homes: GpgRig;
let keys: string;
const repository = () => rig.path('repository');
beforeAll(async () => {
  rig = new Rig();
  homes = gpgRig();
  const home = await homes.newHome('rpm');
  await newKey(home, 'Repository <repository@example.org>');
  keys = home['GNUPGHOME'] ?? '';
  rig.write('key.asc', (await gpg(home, '--armor', '--export')).toString());
  publish(shell, lib, app('1.0'));
  rig.write('hook', '#!/bin/sh\ncat /etc/tiny.state /usr/bin/tiny-ping\n', 0o755);
});
beforeEach(() => configure());
afterAll(async () => {
  rig.dispose();
  await homes.remove();
});

function publish(...recipes: readonly RpmRecipe[]): void {
  mkdirSync(repository(), { recursive: true });
  for (const file of buildRpms(repository(), recipes)) sign(file);
  rmSync(join(repository(), 'specs'), { recursive: true });
  indexRpms(repository());
}

function sign(file: string): void {
  // rpm's own default is a name that Debian does not have.
  const macros = ['__gpg /usr/bin/gpg', '_gpg_name repository@example.org', `_gpg_path ${keys}`];
  const defines = macros.flatMap((macro) => ['--define', macro]);
  execFileSync('rpmsign', [...defines, '--addsign', file], {
    stdio: 'pipe',
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', GNUPGHOME: keys },
  });
}

function configure(more = '', packages = "['tiny-app']"): void {
  const options = `release: '1', repositories: ['file://${repository()}'], base: ['tiny-shell'],
    ${more === '' ? "keyrings: ['./key.asc']" : more}`;
  rig.write(
    'mkvefile.ts',
    `import { defineConfig, dnf } from 'mkve';
     export default defineConfig({ packages: dnf({ ${options} }), sign: false,
       templates: { '${rig.name}': { version: '1', output: 'out.bun', pack: { format: 'tar' },
         hypervisors: { lxc: { packages: ${packages}, hooks: ['./hook'] } } } } });\n`,
  );
}

const build = (...args: readonly string[]) => rig.mkve(['build', ...args], { store: rig.path('store') });
const kinds = ({ stdout }: Ran) =>
  [...stdout.matchAll(/^ran {6}(?:(\w+):1-x86_64\S*|\S+:(\S+)) in /gm)].map(([, kind, step]) => kind ?? step);
const unpacked = (script: string) =>
  execFileSync(
    'sh',
    [
      '-euc',
      `rm -rf u; mkdir u; tar -xOf out.bun rootfs.tar | tar --xattrs --xattrs-include='*' -C u -xf -; ${script}`,
    ],
    {
      cwd: rig.directory,
    },
  ).toString();

describe('dnf', () => {
  it('resolves, installs as a layer, and does it again from the store without the repository', async () => {
    const ran = await build();
    expect(ran.status, ran.stderr).toBe(0);
    expect(kinds(ran)).toEqual(expect.arrayContaining(['snapshot', 'resolve', 'base', 'packages', 'hook']));
    const log = await rig.mkve(['log', 'hook'], { store: rig.path('store') });
    expect(log.stdout).toContain('installed 1 1700000000\n1.0\n');
    const listed = await rig.mkve(['inspect', 'out.bun']);
    expect(listed.stdout).toMatch(/tiny-app {2}1\.0-1 noarch {2}\(listed: tiny-app\)|tiny-app 1\.0-1 noarch/);
    expect(unpacked('cat u/etc/tiny.conf')).toBe('conf\n');
    if (process.getuid?.() === 0) expect(unpacked('getcap u/usr/bin/tiny-ping')).toContain('cap_net_raw=ep');
    const before = readFileSync(rig.path('out.bun'));
    expect(kinds(await build())).toEqual([]);

    renameSync(repository(), rig.path('away'));
    const again = await build('--locked', '--offline', '--force=base:*', '--force=packages:*');
    renameSync(rig.path('away'), repository());
    expect(again.status, again.stderr).toBe(0);
    expect(kinds(again)).toEqual(['base', 'packages']);
    expect(readFileSync(rig.path('out.bun'))).toEqual(before);

    publish(app('2.0'));
    expect(kinds(await build())).toEqual([]);
    expect((await rig.mkve(['update'], { store: rig.path('store') })).status).toBe(0);
    expect(kinds(await build())).toEqual(['packages', 'hook', 'pack', 'metainfo', 'bundle']);
  });

  it("takes packages of one's own, by content", async () => {
    const own = rig.path('own');
    buildRpms(own, [app('0.1')]);
    rmSync(join(own, 'specs'), { recursive: true });
    configure("keyrings: ['./key.asc'], local: ['./own']");
    const ran = await build();
    expect(ran.status, ran.stderr).toBe(0);
    expect(unpacked('cat u/usr/bin/tiny-ping')).toBe('0.1\n');
    cpSync(own, rig.path('own2'), { recursive: true });
    configure("keyrings: ['./key.asc'], local: ['./own2']");
    expect(kinds(await build())).toEqual([]);
  });

  it('installs nothing that is unsigned, of another key, or not to be had', async () => {
    const unsigned = new Rig();
    try {
      buildRpms(unsigned.path('r'), [shell, lib]);
      rmSync(unsigned.path('r/specs'), { recursive: true });
      indexRpms(unsigned.path('r'));
      configure(`keyrings: ['./key.asc']`);
      const text = readFileSync(rig.path('mkvefile.ts'), 'utf8').replace(repository(), unsigned.path('r'));
      rig.write('mkvefile.ts', text.replace("packages: ['tiny-app']", "packages: ['tiny-lib']"));
      const ran = await build();
      expect(ran.status).toBe(1);
      expect(ran.stderr).toMatch(/the signature of the repository tiny-shell-1-1\.noarch\.rpm is not good/);
    } finally {
      unsigned.dispose();
    }
    configure('', "['tiny-app', 'no-such']");
    const missing = await build();
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain('has no package no-such');
    configure('signatures: undefined');
    const trusting = await build();
    expect(trusting.status).toBe(2);
    expect(trusting.stderr).toContain('must be signed, and no key is named');
  });
});
