import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { listedByPython } from '../support/tar-tools.js';
import { Rig, stepsRan } from './support/rig.js';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.dispose());

const archive = () => rig.path('o.tar');
const cache = (...args: readonly string[]) =>
  rig.run('mkve-cache', ['--suite', 'bookworm', '--out', 'o.tar', ...args]);
/** Makes what a step does unlike what any other test did. */
const own = (command: string) => `: ${rig.name}; ${command}`;

/** Members by path. */
function members() {
  return new Map(listedByPython(archive()).map((member) => [member.path.replace(/^\.\//, ''), member]));
}

function content(path: string): string {
  return execFileSync('tar', ['-xOf', archive(), `./${path}`]).toString();
}

describe('mkve-cache', () => {
  it('packs a root file system; one more command runs only that, and nothing new nothing', async () => {
    const first = ['--command', own('echo волки >/etc/one'), '--command', 'cat /etc/one >/etc/two'];
    const built = await cache(...first, 'tree');
    expect(built.status, built.stderr).toBe(0);
    expect(stepsRan(built)).toEqual(expect.arrayContaining(['command', 'command~2', 'pack', 'archive']));
    expect(content('etc/two')).toBe('волки\n');
    expect(members().has('usr/bin/tree')).toBe(true);
    const before = statSync(archive());
    const noop = await cache(...first, 'tree');
    expect(stepsRan(noop)).toEqual([]);
    expect(noop.stdout).toContain(`current  cache -> ${archive()}`);
    expect(statSync(archive()).mtimeMs).toBe(before.mtimeMs);
    const more = await cache(...first, '--command', 'echo three >/etc/three', 'tree');
    expect(stepsRan(more)).toEqual(['command~3', 'pack', 'archive']);
    expect(content('etc/three')).toBe('three\n');
    rmSync(archive());
    expect(stepsRan(await cache(...first, '--command', 'echo three >/etc/three', 'tree'))).toEqual([
      'archive',
    ]);
    expect(readFileSync(archive()).length).toBeGreaterThan(before.size);
  });

  it('shares its base and packages with bundles', async () => {
    rig.template({ packages: ['tree'] });
    expect((await rig.bundle()).status).toBe(0);
    const ran = await cache('tree');
    expect(ran.status, ran.stderr).toBe(0);
    expect(stepsRan(ran).filter((step) => step !== 'pack' && step !== 'archive')).toEqual([]);
  });

  it('keeps copies, hooks and commands in the order of the command line', async () => {
    rig.write('motd', `${rig.name}\n`);
    rig.write(
      'hook',
      '#!/bin/sh\ncp /etc/motd /etc/by-hook; echo "$MKVE_ARCH:$MKVE_TEMPLATE:" >>/etc/by-hook\n',
      0o755,
    );
    const order = ['--command', own('rm /etc/motd'), '--copy', 'motd:/etc/', '--hook=./hook'];
    const ran = await cache(...order, '--command', 'rm /etc/motd');
    expect(ran.status, ran.stderr).toBe(0);
    expect(stepsRan(ran)).toEqual(['command', 'copy', 'hook', 'command~2', 'pack', 'archive']);
    expect(content('etc/by-hook')).toMatch(new RegExp(`^${rig.name}\n\\w+::\n$`));
    expect(members().has('etc/motd')).toBe(false);
    const wrong = await cache(
      '--hook=./hook',
      '--command',
      own('rm /etc/motd'),
      '--command',
      'test -e /etc/motd',
    );
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain('FAILED   cache:command~2: the command failed with status 1');
  });

  it('finds a hook by its name among those that mkve ships', async () => {
    const ran = await cache(
      '--hook',
      '02-mtab',
      '--hook',
      '03-chkconfig_no-such_off',
      '--command',
      own('true'),
    );
    expect(ran.status, ran.stderr).toBe(0);
    expect(members().get('etc/mtab')).toMatchObject({ type: 'symlink', target: '/proc/self/mounts' });
    const missing = await cache('--hook', './02-mtab');
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain(`there is no hook ${rig.path('02-mtab')}`);
  });

  it('copies files, directories and links as root’s, under any name, and follows no link out', async () => {
    rig.write('ov/usr/local/bin/инструмент', '#!/bin/sh\necho да\n', 0o755);
    rig.write('ov/bin/short', 'x', 0o640);
    mkdirSync(rig.path('ov/srv/empty'), { recursive: true });
    chmodSync(rig.path('ov/srv/empty'), 0o2750);
    symlinkSync('/etc/passwd', rig.path('ov/srv/link'));
    rig.write('one', 'from outside\n', 0o4755);
    const copies = ['--copy', 'ov/.:/', '--copy', 'one:/srv/a/b/two', '--copy', '/etc/os-release'];
    const prepare = own('ln -s /etc/escape /srv/two; mkdir /srv/in; ln -s ../../../../etc /srv/in/etc');
    const ran = await cache(
      '--command',
      prepare,
      ...copies,
      '--copy',
      'one:/srv/two',
      '--copy',
      'one:/srv/in/etc/x',
    );
    expect(ran.status, ran.stderr).toBe(0);
    const found = members();
    const root = { uid: 0, gid: 0 };
    expect(
      found.get('usr/local/bin/инструмент'.replace(/./gu, (c) => Buffer.from(c).toString('latin1'))),
    ).toMatchObject({ mode: 0o755, ...root });
    expect(found.get('usr/bin/short')).toMatchObject({ type: 'file', mode: 0o640, ...root });
    expect(found.get('srv/empty')).toMatchObject({ type: 'dir', mode: 0o750, ...root });
    expect(found.get('srv/link')).toMatchObject({ type: 'symlink', target: '/etc/passwd', ...root });
    expect(found.get('srv/a/b/two')).toMatchObject({ type: 'file', mode: 0o755, ...root });
    // A link on both sides: the one named is followed, the one in its place replaced.
    expect(found.get('etc/os-release')).toMatchObject({ type: 'file', ...root });
    expect(found.get('srv/two')).toMatchObject({ type: 'file' });
    expect(found.has('etc/escape')).toBe(false);
    expect(found.get('etc/x')).toMatchObject({ type: 'file', mtime: found.get('srv/two')?.mtime });
    expect(content('srv/a/b/two')).toBe('from outside\n');
  });

  it('copies again when a byte or a mode changed, and not when a time did', async () => {
    rig.write('dir/file', rig.name);
    expect((await cache('--copy', 'dir:/srv')).status).toBe(0);
    utimesSync(rig.path('dir/file'), 1, 1);
    expect(stepsRan(await cache('--copy', 'dir:/srv'))).toEqual([]);
    chmodSync(rig.path('dir/file'), 0o755);
    expect(stepsRan(await cache('--copy', 'dir:/srv'))).toEqual(['copy', 'pack', 'archive']);
    rig.write('dir/file', `${rig.name}!`, 0o755);
    expect(stepsRan(await cache('--copy', 'dir:/srv'))).toEqual(['copy', 'pack', 'archive']);
  });

  it.each([
    ['ov:/etc/passwd', 1, '/etc/passwd is not a directory, and a directory is to go there'],
    ['one:/tmp/', 1, '/tmp/one would not be seen by hooks and commands'],
    ['fifo:/srv', 2, 'fifo is a FIFO: only files, directories and symbolic links can be copied'],
    ['nothing:/srv', 2, 'cannot read what is to be copied: ENOENT'],
    ['one', 2, 'a relative SRC needs a DEST'],
    ['one:srv', 2, "DEST is a path inside and begins with '/', found 'srv'"],
  ])('refuses --copy %s with status %d: %s', async (copy, status, said) => {
    rig.write('one', 'x');
    rig.write('ov/x', 'x');
    execFileSync('mkfifo', [rig.path('fifo')]);
    const ran = await cache('--copy', copy);
    expect(ran.status).toBe(status);
    expect(ran.stderr).toContain(said);
    expect(existsSync(archive())).toBe(false);
  });

  it('leaves out what --exclude matches, adds devices after that, and compresses with -z', async () => {
    const devices = [
      '--create-fake-devices',
      '--exclude',
      './dev/*',
      '--exclude',
      'usr/share/doc',
      '--exclude=*.log',
    ];
    const ran = await rig.run('mkve-cache', [
      ...[
        '--suite=bookworm',
        '-z',
        '--out=o.tar.gz',
        '--command',
        own('mkdir -p /srv/x; : >/srv/x/a.log; : >/srv/x/b'),
      ],
      ...devices,
    ]);
    expect(ran.status, ran.stderr).toBe(0);
    const listed = execFileSync('tar', ['-tvzf', rig.path('o.tar.gz')]).toString();
    expect(readFileSync(rig.path('o.tar.gz')).subarray(0, 2).toString('hex')).toBe('1f8b');
    expect(listed).toMatch(/^crw-rw-rw- 0\/0 +1,3 \S+ \S+ \.\/dev\/null$/m);
    expect(listed).toMatch(/^crw------- 0\/0 +5,1 \S+ \S+ \.\/dev\/console$/m);
    for (const name of ['zero', 'full', 'random', 'urandom', 'tty', 'ptmx'])
      expect(listed.includes(`./dev/${name}\n`), name).toBe(true);
    const paths = listed.split('\n').map((line) => line.replace(/^.* \.\//, ''));
    expect(paths.filter((path) => /^usr\/share\/doc(\/|$)|^srv\/x\/./.test(path))).toEqual(['srv/x/b']);
    const plain = await cache('--command', own('true'), ...devices.slice(1));
    expect(plain.status).toBe(0);
    expect([...members().keys()].filter((path) => path.startsWith('dev'))).toEqual(['dev']);
  });

  it('is done in the directory of TMPDIR without --output', async () => {
    mkdirSync(rig.path('tmp'));
    const env = { TMPDIR: rig.path('tmp') };
    const ran = await rig.run('mkve-cache', ['--suite=bookworm', '-z', '--command', own('true')], { env });
    expect(ran.status, ran.stderr).toBe(0);
    expect(existsSync(rig.path('tmp/output.tar.gz'))).toBe(true);
    const plain = await rig.run('mkve-cache', ['--suite=bookworm', '--command', own('true')], { env });
    expect(plain.stdout).toContain(rig.path('tmp/output.tar'));
  });

  it.each([
    [[], 'no package is given'],
    [['--hsh-workdir', '/w', '--backend=dnf', 'less'], '--hsh-workdir means nothing with backend dnf'],
    [['--backend=rootfs', 'less'], '--backend rootfs needs a root file system'],
    [['--backend=zypper', 'less'], "found 'zypper'"],
    [['bad pkg'], 'is no name of a package'],
    [['--output=-', 'less'], "output: expected a file, found '-'"],
    [['--output=/dev/null', 'less'], 'output: /dev/null is no regular file'],
    [['--output=.', 'less'], "found the directory '.'"],
    [['--exclude=', 'less'], 'exclude: expected a pattern'],
    [['--co', 'x', 'less'], 'is ambiguous'],
    [['--tarify-only', '/', 'less'], 'leave out the packages less'],
  ])('refuses %j with status 2: %s', async (args, said) => {
    const ran = await rig.run('mkve-cache', args);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^mkve-cache: /);
    expect(ran.stderr).toContain(said);
  });

  it('prints help and the version without needing anything else', async () => {
    expect((await rig.run('mkve-cache', ['--help'])).stdout).toContain('--tarify-only ROOTFS');
    expect((await rig.run('mkve-cache', ['--version'])).stdout).toMatch(/^mkve-cache \d+\.\d+\.\d+\n$/);
  });

  it('works for an ordinary user too', async () => {
    const user = new Rig('user');
    user.write('motd', 'привет\n', 0o600);
    user.exec(['true']);
    execFileSync('chown', ['-R', `--reference=${user.directory}`, user.directory]);
    const ran = await user.run('mkve-cache', [
      ...[
        '--suite=bookworm',
        '--out=o.tar',
        '--copy',
        'motd:/etc/motd',
        '--command',
        `: ${user.name}; chown 5:6 /etc/motd`,
      ],
    ]);
    expect(ran.status, ran.stderr).toBe(0);
    const listed = execFileSync('tar', ['-tvf', user.path('o.tar'), './etc/motd', './etc/shadow']).toString();
    expect(listed).toMatch(/^-rw------- 5\/6 /m);
    expect(listed).toMatch(/^-rw-r----- 0\/42 /m);
    user.dispose();
  });
});
