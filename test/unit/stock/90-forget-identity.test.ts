import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { canRunHooks, fakeRootfs } from '../../support/fake-rootfs.js';

describe.skipIf(!canRunHooks)('90-forget-identity', () => {
  it('works where there is nothing to forget', () => {
    expect(fakeRootfs().run('90-forget-identity')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('removes keys, seeds, lists and caches, and nothing beside them', () => {
    const gone = [
      'etc/ssh/ssh_host_rsa_key',
      'etc/ssh/ssh_host_rsa_key.pub',
      'etc/openssh/ssh_host_ed25519_key',
      'var/lib/systemd/random-seed',
      'var/lib/urandom/random-seed',
      'var/lib/dbus/machine-id',
      'var/lib/apt/lists/deb_InRelease',
      'var/lib/apt/lists/partial/x',
      'var/cache/apt/pkgcache.bin',
      'var/cache/apt/archives/less_1_amd64.deb',
      'var/cache/ldconfig/aux-cache',
      'var/log/journal/0123/system.journal',
    ];
    const kept = [
      'etc/ssh/sshd_config',
      'var/lib/systemd/catalog',
      'var/cache/apt/archives/lock',
      'var/lib/dpkg/status',
    ];
    const rootfs = fakeRootfs(Object.fromEntries([...gone, ...kept].map((path) => [path, 'x'])));
    expect(rootfs.run('90-forget-identity')).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('ssh-keygen -A'),
    });
    expect(gone.filter((path) => existsSync(join(rootfs.directory, path)))).toEqual([]);
    expect(kept.map((path) => rootfs.read(path))).toEqual(kept.map(() => 'x'));
  });

  it('empties the machine-id and keeps the links to it', () => {
    const rootfs = fakeRootfs({ 'etc/machine-id': '0123\n' });
    rootfs.link('var/lib/dbus/machine-id', '/etc/machine-id');
    expect(rootfs.run('90-forget-identity').status).toBe(0);
    expect(rootfs.read('etc/machine-id')).toBe('');
    expect(lstatSync(join(rootfs.directory, 'var/lib/dbus/machine-id')).isSymbolicLink()).toBe(true);
  });

  it('empties logs at any depth, removes rotated ones and follows no link', () => {
    const rootfs = fakeRootfs({
      'var/log/wtmp': 'x',
      'var/log/.hidden': 'x',
      'var/log/apt/history.log': 'x',
      'var/log/apt/a b/c d.log': 'x',
      'var/log/syslog.1': 'x',
      'var/log/apt/history.log.2.gz': 'x',
      'var/log/messages-20240101': 'x',
      'etc/motd': 'kept',
    });
    rootfs.link('var/log/motd', '/etc/motd');
    expect(rootfs.run('90-forget-identity')).toMatchObject({ status: 0, stderr: '' });
    for (const log of ['wtmp', '.hidden', 'apt/history.log', 'apt/a b/c d.log'])
      expect(rootfs.read(`var/log/${log}`)).toBe('');
    expect(readdirSync(join(rootfs.directory, 'var/log'), { recursive: true }).sort()).toEqual(
      ['.hidden', 'apt', 'apt/a b', 'apt/a b/c d.log', 'apt/history.log', 'motd', 'wtmp'].sort(),
    );
    expect(rootfs.read('etc/motd')).toBe('kept');
  });
});
