import { describe, expect, it } from 'vitest';

import { canRunHooks, type FakeRootfs, fakeRootfs } from '../../support/fake-rootfs.js';
import type { Tree } from '../../support/template-tree.js';

const units = 'usr/lib/systemd/system';

function rootfsWith(programs: readonly string[], tree: Tree = {}): FakeRootfs {
  const rootfs = fakeRootfs(tree);
  for (const program of programs) rootfs.record(program);
  return rootfs;
}

describe.skipIf(!canRunHooks)('the chkconfig hook', () => {
  it('switches a unit by systemctl', () => {
    const rootfs = rootfsWith(['systemctl', 'update-rc.d'], {
      [`${units}/ssh.service`]: '',
      'etc/init.d/ssh': '',
    });
    expect(rootfs.run('chkconfig', 'ssh', 'on')).toMatchObject({
      status: 0,
      stderr: '',
      calls: ['systemctl enable ssh.service'],
    });
    expect(rootfs.run('chkconfig', 'ssh', 'off').calls).toEqual(['systemctl disable ssh.service']);
  });

  it('takes units of other kinds, and a service by its whole name', () => {
    const rootfs = rootfsWith(['systemctl'], { [`${units}/apt.timer`]: '', [`${units}/a_b.service`]: '' });
    expect(rootfs.run('chkconfig', 'apt.timer', 'off').calls).toEqual(['systemctl disable apt.timer']);
    expect(rootfs.run('chkconfig', 'a_b.service', 'on').calls).toEqual(['systemctl enable a_b.service']);
  });

  it('takes an instance of a template unit', () => {
    const rootfs = rootfsWith(['systemctl'], { [`${units}/getty@.service`]: '' });
    expect(rootfs.run('chkconfig', 'getty@tty1', 'on').calls).toEqual([
      'systemctl enable getty@tty1.service',
    ]);
  });

  it('gives systemctl the unit behind the link of an alias', () => {
    const rootfs = rootfsWith(['systemctl'], { [`${units}/ssh.service`]: '' });
    rootfs.link('etc/systemd/system/sshd.service', `/${units}/ssh.service`);
    expect(rootfs.run('chkconfig', 'sshd', 'off').calls).toEqual(['systemctl disable ssh.service']);
  });

  it('gives systemctl the unit that calls itself so while it is off and has no link', () => {
    const rootfs = rootfsWith(['systemctl'], {
      [`${units}/rsyslog.service`]: '[Install]\nAlias=log.service syslog.service\n',
      [`${units}/other.service`]: '[Install]\nAlias=another.service\n',
    });
    expect(rootfs.run('chkconfig', 'syslog', 'on').calls).toEqual(['systemctl enable rsyslog.service']);
    expect(rootfs.run('chkconfig', 'sys.*', 'on')).toMatchObject({ status: 1, calls: [] });
  });

  it('does not take the link of an alias for a service when its unit is gone', () => {
    const rootfs = rootfsWith(['systemctl']);
    rootfs.link('etc/systemd/system/sshd.service', `/${units}/ssh.service`);
    expect(rootfs.run('chkconfig', 'sshd', 'on')).toMatchObject({ status: 1, calls: [] });
  });

  it('leaves a masked unit to systemctl', () => {
    const rootfs = rootfsWith(['systemctl'], { [`${units}/ssh.service`]: '' });
    rootfs.link('etc/systemd/system/ssh.service', '/dev/null');
    expect(rootfs.run('chkconfig', 'ssh', 'on').calls).toEqual(['systemctl enable ssh.service']);
  });

  it('has systemctl hand an init script over where the distribution provides for it', () => {
    const rootfs = rootfsWith(['systemctl', 'update-rc.d'], { 'etc/init.d/pptpd': '' });
    expect(rootfs.run('chkconfig', 'pptpd', 'on').calls).toEqual([
      'update-rc.d pptpd defaults',
      'update-rc.d pptpd enable',
    ]);
    rootfs.record('../usr/lib/systemd/systemd-sysv-install');
    expect(rootfs.run('chkconfig', 'pptpd', 'on').calls).toEqual(['systemctl enable pptpd']);
  });

  it('switches an init script by chkconfig', () => {
    const rootfs = rootfsWith(['chkconfig'], { 'etc/rc.d/init.d/network': '' });
    expect(rootfs.run('chkconfig', 'network', 'on').calls).toEqual([
      'chkconfig --add network',
      'chkconfig network on',
    ]);
    expect(rootfs.run('chkconfig', 'network', 'off').calls).toEqual([
      'chkconfig --add network',
      'chkconfig network off',
    ]);
  });

  it('switches a service of xinetd by chkconfig', () => {
    const rootfs = rootfsWith(['chkconfig'], { 'etc/xinetd.d/tftp': '' });
    expect(rootfs.run('chkconfig', 'tftp', 'on').calls).toEqual(['chkconfig tftp on']);
  });

  it('switches an init script off by update-rc.d only when a runlevel starts it', () => {
    const rootfs = rootfsWith(['update-rc.d'], { 'etc/init.d/ssh': '' });
    expect(rootfs.run('chkconfig', 'ssh', 'off')).toMatchObject({ status: 0, calls: [] });
    rootfs.link('etc/rc2.d/S01ssh', '../init.d/ssh');
    expect(rootfs.run('chkconfig', 'ssh', 'off').calls).toEqual(['update-rc.d ssh disable']);
  });

  it('warns when a service to turn off is not there, and goes on', () => {
    const { status, stderr, calls } = rootfsWith(['systemctl', 'chkconfig', 'update-rc.d']).run(
      'chkconfig',
      'rawdevices',
      'off',
    );
    expect([status, calls]).toEqual([0, []]);
    expect(stderr).toBe("chkconfig: warning: the rootfs has no service 'rawdevices', so it is off already\n");
  });

  it('fails when a service to turn on is not there', () => {
    const { status, stderr } = rootfsWith(['systemctl']).run('chkconfig', 'pptpd', 'on');
    expect([status, stderr]).toEqual([
      1,
      "chkconfig: the rootfs has no service 'pptpd' to turn on: is its package in the packages list?\n",
    ]);
  });

  it('fails when nothing in the rootfs can switch an init script', () => {
    const rootfs = rootfsWith([], { 'etc/init.d/ssh': '' });
    expect(rootfs.run('chkconfig', 'ssh', 'on')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('has an init script'),
    });
  });

  it.each([[], ['ssh'], ['ssh', 'yes'], ['ssh', 'on', 'x']])(
    'refuses other arguments: %s %s',
    (...args: string[]) => {
      expect(rootfsWith(['systemctl']).run('chkconfig', ...args)).toMatchObject({ status: 2, calls: [] });
    },
  );
});
