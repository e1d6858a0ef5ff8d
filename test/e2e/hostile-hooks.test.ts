import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';

import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

import { type As, type Ran, Rig } from './support/rig.js';

/** Runs `attempt`, a shell fragment, and says in the log whether it came through. */
function attempt(label: string, fragment: string): string {
  return `if ( ${fragment} ) >/dev/null 2>&1; then echo "${label}: CAME THROUGH"; else echo "${label}: refused"; fi`;
}

const runsAs: readonly As[] = inject('e2e').user === undefined ? ['caller'] : ['caller', 'user'];

describe.each(runsAs)('a hostile hook, mkve run by the %s', (as) => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig(as);
  });
  afterEach(() => rig.dispose());

  async function log(script: string): Promise<{ readonly ran: Ran; readonly text: string }> {
    rig.template({ hooks: { hostile: script } });
    const ran = await rig.bundle(['--verbose']);
    return { ran, text: `${ran.stdout}\n${ran.stderr}` };
  }

  it('cannot write outside its root file system', async () => {
    const marker = `mkve-evil-${rig.name}`;
    const { ran, text } = await log(
      [
        attempt(
          'proc root',
          `echo x >/proc/1/root/../${marker} && test -e /proc/1/root/../../${marker} && test ! -e /${marker}`,
        ),
        attempt('host path', `echo x >${rig.directory}/${marker}`),
        // The classical way out of a chroot.
        `perl -e 'mkdir "/tmp/j"; chroot "/tmp/j"; chdir ".." for 1..64; chroot "."; open my $f, ">", "tmp/${marker}"; print $f "x"; print -d "${rig.directory}" ? "host seen\\n" : "host not seen\\n"'`,
        `ln -s ${rig.directory} /tmp/out; ${attempt('through a link', `echo x >/tmp/out/${marker}`)}`,
      ].join('\n'),
    );
    expect(ran.status, text).toBe(0);
    expect(text).not.toContain('CAME THROUGH');
    expect(text).toContain('host not seen');
    for (const place of ['/', '/tmp', rig.directory]) expect(readdirSync(place)).not.toContain(marker);
  });

  it('sees no process of the host and cannot signal one', async () => {
    const victim = spawn('sleep', ['98761']);
    try {
      const { ran, text } = await log(
        [
          'echo "processes: $(ls -d /proc/[0-9]* | wc -l)"',
          attempt(
            'victim seen',
            "grep -l 98761 /proc/[0-9]*/cmdline | grep -v '/self/' | xargs grep -c sleep",
          ),
          attempt('kill', `kill -9 ${victim.pid}`),
          `kill -9 -1 || true`,
        ].join('\n'),
      );
      expect(text).not.toContain('CAME THROUGH');
      expect(Number(/processes: (\d+)/.exec(text)?.[1])).toBeLessThan(10);
      expect(ran.status).not.toBeNull();
      expect(victim.exitCode).toBeNull();
      expect(victim.signalCode).toBeNull();
    } finally {
      victim.kill('SIGKILL');
    }
  });

  it('reaches no network, the loopback of the host included', async () => {
    let connections = 0;
    const server = createServer(() => {
      connections++;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const connect = `perl -MSocket -e 'socket(my $s, PF_INET, SOCK_STREAM, 0) or exit 1; connect($s, sockaddr_in(${port}, inet_aton("127.0.0.1"))) or exit 1'`;
    try {
      const { ran, text } = await log(
        [
          attempt('connect', connect),
          `echo "interfaces: $(sed 1,2d /proc/net/dev | cut -d: -f1 | tr -d ' ' | tr '\\n' ' ')"`,
        ].join('\n'),
      );
      expect(ran.status, text).toBe(0);
      expect(text).toContain('connect: refused');
      expect(text).toContain('interfaces: lo');
      expect(connections).toBe(0);
    } finally {
      server.close();
    }
  });

  it('mounts nothing and makes no device', async () => {
    const { ran, text } = await log(
      [
        attempt('mount tmpfs', 'mount -t tmpfs none /mnt'),
        attempt('mount proc', 'mkdir -p /mnt/p && mount -t proc proc /mnt/p'),
        attempt('remount', 'mount -o remount,rw /proc/sys'),
        attempt('umount', 'umount /proc/sys || umount -l /proc || umount /dev'),
        attempt('block device', 'mknod /tmp/disk b 254 0 && head -c 1 /tmp/disk'),
        attempt('char device', 'mknod /root/kmsg c 1 11 && head -c 1 /root/kmsg'),
        attempt('user namespace', 'unshare --user true'),
        attempt('mount namespace', 'unshare --mount true'),
        `echo "devices: $(find /dev -type b | wc -l)"`,
      ].join('\n'),
    );
    expect(ran.status, text).toBe(0);
    expect(text).not.toContain('CAME THROUGH');
    expect(text).toContain('devices: 0');
  });

  it('changes no setting of the kernel', async () => {
    const before = readFileSync('/proc/sys/kernel/core_pattern', 'utf8');
    const { ran, text } = await log(
      [
        attempt('core_pattern', 'echo evil >/proc/sys/kernel/core_pattern'),
        attempt('own value', 'cat /proc/sys/vm/swappiness >/proc/sys/vm/swappiness'),
        attempt('forwarding', 'echo 1 >/proc/sys/net/ipv4/ip_forward'),
        attempt('namespaces', 'echo 9 >/proc/sys/user/max_user_namespaces'),
        attempt('sysrq', 'echo h >/proc/sysrq-trigger'),
        attempt('hostname', 'hostname evil'),
        attempt('clock', 'date -s 2001-01-01'),
        attempt('sysfs', 'test -e /sys/kernel'),
      ].join('\n'),
    );
    expect(ran.status, text).toBe(0);
    expect(text).not.toContain('CAME THROUGH');
    expect(readFileSync('/proc/sys/kernel/core_pattern', 'utf8')).toBe(before);
    expect(hostname()).not.toBe('evil');
  });

  it("reads neither the user's home nor the store", async () => {
    rig.write('home/secret', 'the secret of the user');
    writeFileSync(rig.path('home/.profile'), 'secret');
    const { ran, text } = await log(
      [
        attempt('home', `cat ${rig.path('home/secret')}`),
        attempt('store', `ls ${rig.store}`),
        attempt('store seen elsewhere', 'ls /mnt/store'),
        attempt('environment', 'env | grep -E "MKVE_CACHE_DIR|GNUPG|SSH"'),
        `echo "home is $HOME"`,
        // ls opens 3 itself.
        'echo "descriptors: $(ls /proc/self/fd | sort -n | tr "\\n" " ")"',
      ].join('\n'),
    );
    expect(ran.status, text).toBe(0);
    expect(text).not.toContain('CAME THROUGH');
    expect(text).not.toContain('the secret of the user');
    expect(text).toContain('home is /root');
    expect(text).toContain('descriptors: 0 1 2 3 ');
    expect(text).not.toContain(rig.store.concat('/layers'));
  });

  it("does not get at the caller's kernel keyrings", async () => {
    // add_key(2) is refused as well; numbers of x86-64.
    const search = `perl -e '$! = 0; my ($t, $d) = ("user", "anything"); syscall(250, 10, -3, $t, $d, 0); exit($!{EPERM} ? 1 : 0)'`;
    const { ran, text } = await log(attempt('keyctl', search));
    expect(ran.status, text).toBe(0);
    expect(text).toContain('keyctl: refused');
  });

  it('leaves no mount and no staging directory behind when it fails', async () => {
    const { ran, text } = await log('echo about to fail >&2\nexit 7');
    expect(ran.status).toBe(1);
    expect(text).toContain('failed with status 7');
    expect(text).toContain('about to fail');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(rig.store);
    expect(existsSync(rig.output)).toBe(false);
  });
});
