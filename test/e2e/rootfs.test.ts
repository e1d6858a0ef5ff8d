import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Rig, stepsRan } from './support/rig.js';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.dispose());

const shell = (script: string) =>
  execFileSync('sh', ['-euc', script], {
    cwd: rig.directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  }).toString();
const build = (...args: readonly string[]) => rig.run('mkve-cache', ['--out=o.tar', ...args]);
const listed = () => shell('tar --numeric-owner -tvf o.tar');
const digest = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

const MAKE = `
mkdir -p root/etc root/bin root/tmp root/dev root/proc
cp /bin/busybox root/bin/busybox; for name in sh touch cat rm; do ln -s busybox root/bin/$name; done
echo x >root/etc/волк; chmod 640 root/etc/волк; chmod 1777 root/tmp; ln root/etc/волк root/etc/second
find root -exec touch -h -d '2020-01-02' {} +
`;

describe('a base that is there already', () => {
  it('is the same as a directory and as an archive of any kind, and by its content', async () => {
    shell(`${MAKE}
      tar -C root -cf plain .; xz -k0 plain; zstd -q plain`);
    const command = ['--command', 'cat /etc/волк && touch /etc/made'];
    const first = await build('--rootfs=root', ...command);
    expect(first.status, first.stderr).toBe(0);
    expect(stepsRan(first)).toEqual(
      ['snapshot:root', 'base:root', 'command', 'pack', 'archive'].map((n) => n.replace(/^.*:/, '')),
    );
    const before = digest(readFileSync(rig.path('o.tar')));
    for (const archive of ['plain', 'plain.xz', 'plain.zst']) {
      const ran = await build(`--rootfs=${archive}`, ...command);
      expect(ran.status, ran.stderr).toBe(0);
      expect(digest(readFileSync(rig.path('o.tar')))).toBe(before);
    }
    expect(stepsRan(await build('--rootfs=root', ...command))).toEqual([]);
    shell('touch -c root; touch -d 2020-01-02 root');
    expect(stepsRan(await build('--rootfs=root', ...command))).toEqual(['root']);
    shell('echo y >>root/etc/волк');
    const changed = await build('--rootfs=root', ...command);
    expect(stepsRan(changed)).toEqual(['root', 'root', 'command', 'pack', 'archive']);
  });

  it('has the time of the newest file in it, and never that of its unpacking', async () => {
    const times = () => new Set(shell('tar --full-time --utc -tvf o.tar').match(/\d{4}-\d\d-\d\d/g));
    shell(`${MAKE}
      tar -C root --no-recursion -cf implied bin/busybox bin/sh etc/second`);
    expect((await build('--rootfs=implied')).status).toBe(0);
    expect(times()).toEqual(new Set(['2020-01-02']));
    shell('touch -d 2040-05-06T07:08:09Z root/etc/second');
    expect((await build('--rootfs=root')).status).toBe(0);
    expect(times()).toEqual(new Set(['2020-01-02', '2040-05-06']));
  });

  it('is an image of several layers, with what they take away', async () => {
    shell(`${MAKE}
      mkdir -p root/srv/kept root/srv/gone root/opaque; echo 1 >root/srv/gone/a; echo 1 >root/opaque/old
      chmod 700 root/srv; tar -C root -cf one.tar .
      mkdir -p two/srv/kept two/opaque; : >two/srv/.wh.gone; : >two/opaque/.wh..wh..opq; echo 2 >two/opaque/new
      echo 2 >two/srv/kept/b; tar -C two --no-recursion -czf two.tgz srv/.wh.gone srv/kept/b opaque opaque/.wh..wh..opq opaque/new`);
    const blob = (bytes: Buffer | string) => {
      const name = digest(bytes);
      mkdirSync(rig.path('image/blobs/sha256'), { recursive: true });
      writeFileSync(rig.path(join('image/blobs/sha256', name)), bytes);
      return `sha256:${name}`;
    };
    const type = 'application/vnd.oci.image.layer.v1.tar';
    const layers = [
      { mediaType: type, digest: blob(readFileSync(rig.path('one.tar'))) },
      { mediaType: `${type}+gzip`, digest: blob(readFileSync(rig.path('two.tgz'))) },
    ];
    const manifest = blob(JSON.stringify({ layers }));
    rig.write('image/index.json', JSON.stringify({ manifests: [{ digest: manifest }] }));
    rig.write('image/oci-layout', '{"imageLayoutVersion":"1.0.0"}');
    const ran = await build('--rootfs=image', '--command=true');
    expect(ran.status, ran.stderr).toBe(0);
    const found = listed();
    expect(found).toContain('./srv/kept/b\n');
    expect(found).toMatch(/drwx------ 0\/0 .* \.\/srv\/\n/);
    expect(found).toContain('./opaque/new\n');
    expect(found).not.toMatch(/gone|opaque\/old|\.wh\./);
    writeFileSync(rig.path(`image/blobs/sha256/${layers[1]?.digest.slice(7)}`), 'damaged');
    rig.write('image/index.json', JSON.stringify({ manifests: [{ digest: manifest }], note: 'other' }));
    const other = new Rig();
    const damaged = await rig.run('mkve-cache', ['--out=p.tar', '--rootfs=image'], {
      store: other.path('store'),
    });
    other.dispose();
    expect(damaged.status).toBe(1);
    expect(damaged.stderr).toContain('is damaged');
  });

  it.each([
    ['neither an archive nor a directory', 'echo no archive >given', [], 'expected a tar archive'],
    ['no root file system', 'mkdir d; echo x >d/x; tar -C d -cf given .', [], 'holds no root file system'],
    [
      'without apt',
      `${MAKE} tar -C root -cf given .`,
      ['less'],
      'no packages can be installed, because given has no apt',
    ],
    ['cut short', `${MAKE} tar -C root -cf whole .; head -c 50000 whole >given`, [], 'unpacking'],
    ['not there', ':', [], 'given'],
  ])('that is %s is refused in words', async (_what, script, packages, said) => {
    shell(script);
    const ran = await build('--rootfs=given', ...packages);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(said);
    expect(ran.stderr).not.toMatch(/^\s+at /m);
  });

  it('gets packages by its own apt, from where its own settings say', async () => {
    const first = await rig.run('mkve-cache', ['--suite=bookworm', '--out=debian.tar']);
    expect(first.status, first.stderr).toBe(0);
    const ran = await build('--rootfs=debian.tar', 'tree');
    expect(ran.status, ran.stderr).toBe(0);
    expect(listed()).toContain('./usr/bin/tree\n');
    expect(stepsRan(await build('--rootfs=debian.tar', 'tree'))).toEqual([]);
  });
});
