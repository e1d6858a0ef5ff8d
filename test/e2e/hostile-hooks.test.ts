import { execFileSync, spawn } from 'node:child_process';
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

  it('plants no link that leads the next step out', async () => {
    const victim = rig.path('victim');
    rig.write('victim/untouched', '');
    rig.template({
      hooks: {
        '10-plant': `mv /etc /etc.real && ln -s /oldroot${victim} /etc`,
        '20-next': 'echo never runs',
      },
    });
    const ran = await rig.bundle();
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('/etc is not a directory');
    expect(readdirSync(victim)).toEqual(['untouched']);
  });

  it('cannot fill memory or disk with what it writes', async () => {
    rig.template({
      hooks: { flood: 'head -c 200000000 /dev/zero | tr "\\0" "x"; echo; echo the end; exit 9' },
    });
    const ran = await rig.bundle();
    expect(ran.status).toBe(1);
    const path = /whole output: (\S+)/.exec(ran.stderr)?.[1] ?? '';
    const kept = readFileSync(path, 'utf8');
    expect(kept.length).toBeLessThan(30_000_000);
    expect(kept).toMatch(/mkve left out \d+ bytes here/);
    expect(kept.endsWith('the end\n')).toBe(true);
  });

  it('gets no more processes and no more memory than it may have', async () => {
    const hooks = {
      // What fails is the fork; what runs already is killed with the hook.
      '10-bomb': 'i=0; while [ $i -lt 200 ]; do sleep 1000 & i=$((i + 1)); done; echo all of them run',
      '20-hog': 'head -c 300000000 /dev/zero | tail | wc -c; echo all of it fits',
    };
    const project = (listed: string) => {
      rig.template({ hooks, listed: [listed] });
      rig.write(
        'mkvefile.ts',
        `import { defineConfig, mmdebstrap } from 'mkve';
         export default defineConfig({ packages: mmdebstrap({ suite: 'bookworm' }), sign: false,
           limits: { processes: 100, memory: '200 MB' },
           templates: { '${rig.name}': { path: './${rig.name}', output: 'out.bun' } } });\n`,
      );
      return rig.mkve(['build', '--verbose']);
    };
    const bomb = await project('10-bomb');
    expect(bomb.status).toBe(1);
    expect(bomb.stderr).toMatch(/[Cc]annot fork|Resource temporarily unavailable/);
    expect(bomb.stdout).not.toContain('all of them run');
    const hog = await project('20-hog');
    expect(`${hog.stdout}${hog.stderr}`).toMatch(/memory exhausted|[Cc]annot allocate/);
    expect(hog.stdout).not.toContain('| 300000000');
  });

  it('leaves no process behind', async () => {
    const { ran, text } = await log(
      "(setsid sh -c 'sleep 98762' >/dev/null 2>&1 &)\nnohup sleep 98762 >/dev/null 2>&1 &\necho started",
    );
    expect(ran.status, text).toBe(0);
    const found = execFileSync('sh', ['-c', 'pgrep -fc "sleep 9876[2]" || true'], { encoding: 'utf8' });
    expect(Number(found)).toBe(0);
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
