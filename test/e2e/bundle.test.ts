import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Rig, stepsRan } from './support/rig.js';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.dispose());

const hooks = {
  '10-one': 'echo one >/etc/one',
  '20-two': 'date -r /etc/one >/dev/null; echo two >/etc/two',
  '30-three': 'echo три >/etc/three',
};

/** More than the layers that are mounted over one another (`rootfs/flatten.ts`). */
const MANY = 45;

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('building a bundle', () => {
  it('does nothing the second time, and nothing for a change that means nothing', async () => {
    rig.template({ hooks });
    const first = await rig.bundle();
    expect(first.status, first.stderr).toBe(0);
    const before = statSync(rig.output);
    appendFileSync(rig.path(`${rig.name}/hooks-lists/lxc`), '\r\n# a comment\r\n\r\n');
    utimesSync(rig.path(`${rig.name}/hooks/10-one`), 1, 1);
    const second = await rig.bundle();
    expect(second.status).toBe(0);
    expect(stepsRan(second)).toEqual([]);
    expect(second.stdout).toContain('current');
    expect(statSync(rig.output).mtimeMs).toBe(before.mtimeMs);
  });

  it('runs a changed hook on the cached state before it, and stops where nothing really changed', async () => {
    rig.template({ hooks });
    expect((await rig.bundle()).status).toBe(0);
    rig.hook('20-two', 'echo two  >/etc/two # said otherwise');
    const same = await rig.bundle();
    expect(stepsRan(same)).toEqual(['20-two']);
    rig.hook('20-two', 'echo 2 >/etc/two');
    const other = await rig.bundle();
    expect(stepsRan(other)).toEqual(['20-two', '30-three', 'pack', 'metainfo', 'bundle']);
  });

  it('reruns no hook for a changed conf file and packs nothing again', async () => {
    rig.template({ hooks, conf: { notes: `first ${rig.name}\n` } });
    expect((await rig.bundle()).status).toBe(0);
    rig.write(`${rig.name}/conf/lxc/notes`, `second ${rig.name}\n`);
    expect(stepsRan(await rig.bundle())).toEqual(['conf', 'metainfo', 'bundle']);
  });

  it('restores an output that was deleted or altered, byte for byte, and runs nothing else', async () => {
    rig.template({ hooks });
    expect((await rig.bundle()).status).toBe(0);
    const digest = digestOf(rig.output);
    rmSync(rig.output);
    const restored = await rig.bundle();
    expect(stepsRan(restored)).toEqual(['bundle']);
    expect(restored.stdout).toContain('restored');
    expect(digestOf(rig.output)).toBe(digest);
    appendFileSync(rig.output, 'x');
    expect(stepsRan(await rig.bundle())).toEqual(['bundle']);
    expect(digestOf(rig.output)).toBe(digest);
  });

  it('keeps everything before a failed hook, and says what failed', async () => {
    rig.template({ hooks: { ...hooks, '40-bad': 'echo волки >&2; exit 3' } });
    const failed = await rig.bundle();
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain(`FAILED   ${rig.name}/lxc:40-bad: hook 40-bad failed with status 3`);
    expect(failed.stderr).toContain('волки');
    const log = /whole output: (\S+)/.exec(failed.stderr)?.[1] ?? '';
    expect(readFileSync(log, 'utf8')).toBe('волки\n');
    rig.hook('40-bad', 'echo mended >/etc/four');
    const mended = await rig.bundle();
    expect(mended.status, mended.stderr).toBe(0);
    expect(stepsRan(mended)).toEqual(['40-bad', 'pack', 'metainfo', 'bundle']);
  });

  it('packs what GNU tar and bsdtar extract to the same tree', async () => {
    rig.template({
      hooks: {
        '10-odd': [
          'set -e; mkdir -p /odd/dir && cd /odd',
          'echo a >file; ln file dir/link; ln -s "dangling target" symlink; mkfifo -m 640 fifo',
          'chown 1234:4321 file; chmod 6755 dir; chmod 4750 file',
          `long=$(printf 'x%.0s' $(seq 200)); mkdir -p $long/$long; echo deep >$long/$long/волки`,
          'printf x >"$(printf "caf\\351")"; touch "new\nline" " leading" "quo\'te"',
          'cp /bin/true capable',
          // cap_net_raw=ep in the form of revision 2, which the kernel turns into ours.
          `perl -e 'my ($f, $n, $c) = ("capable", "security.capability", pack("V5", 0x02000001, 1 << 13, 0, 0, 0)); syscall(188, $f, $n, $c, length $c, 0) == 0 or die $!'`,
          `perl -e 'my ($f, $n, $v) = ("file", "user.note", "value"); syscall(188, $f, $n, $v, length $v, 0) == 0 or die $!'`,
          'truncate -s 9M sparse; rm -rf /usr/share/doc; mkdir /usr/share/doc; echo new >/usr/share/doc/opaque',
          'touch -d "2001-02-03 04:05:06.789" dated',
        ].join('\n'),
      },
    });
    const built = await rig.bundle();
    expect(built.status, built.stderr).toBe(0);
    const listings = ['tar', 'bsdtar'].map((program) => {
      const directory = rig.path(program);
      mkdirSync(directory);
      const xattrs =
        program === 'tar'
          ? ['--xattrs', '--xattrs-include=*', '--same-owner']
          : ['--xattrs', '-o'].slice(0, 1);
      execFileSync('sh', [
        '-c',
        `tar -xOf ${rig.output} rootfs.tar.zst | zstd -dq | ${program} -x -p --numeric-owner ${xattrs.join(' ')} -f - -C ${directory}`,
      ]);
      const shown = ['find', '.', '-printf', '%P %y %m %U %G %s %T@ %l\\n'];
      const list = execFileSync(shown[0] ?? '', shown.slice(1), { cwd: directory, encoding: 'latin1' })
        .split('\n')
        .sort();
      const sums = execFileSync('sh', ['-c', 'find . -type f -print0 | sort -z | xargs -0 sha256sum'], {
        cwd: directory,
        encoding: 'latin1',
      });
      const attributes = execFileSync('sh', ['-c', 'cd odd; getfattr -d -m - -e hex capable file'], {
        cwd: directory,
        encoding: 'latin1',
      });
      // Directories' sizes are the file system's affair, and bsdtar leaves the time of the target directory alone.
      return {
        list: list
          .filter((line) => !line.startsWith(' d '))
          .map((line) => line.replace(/^(\S* d \d+ \d+ \d+) \d+/, '$1')),
        sums,
        attributes,
      };
    });
    expect(listings[0]?.list.length).toBeGreaterThan(1000);
    expect(listings[1]).toEqual(listings[0]);
    const { attributes = '', list = [] } = listings[0] ?? {};
    expect(attributes).toContain('security.capability=');
    expect(attributes).toContain('user.note=');
    expect(list).toContainEqual(expect.stringMatching(/^odd\/file f 4750 1234 4321 2 /));
    expect(list).toContainEqual(expect.stringMatching(/^odd\/fifo p 640 0 0 /));
    expect(list).toContainEqual(expect.stringMatching(/^odd\/dated f 644 0 0 0 981173106\.0+ $/));
    expect(list.filter((line) => line.startsWith('usr/share/doc/'))).toHaveLength(1);
  });

  it('runs more hooks than are stacked before their layers become one', async () => {
    const many = Object.fromEntries(
      Array.from({ length: MANY }, (_, i) => [`h${String(i).padStart(3, '0')}`, `echo ${i} >/etc/many-${i}`]),
    );
    rig.template({ hooks: many });
    const built = await rig.bundle();
    expect(built.status, built.stderr).toBe(0);
    const list = execFileSync(
      'sh',
      ['-c', `tar -xOf ${rig.output} rootfs.tar.zst | zstd -dq | tar -t | grep -c etc/many-`],
      { encoding: 'utf8' },
    );
    expect(Number(list)).toBe(MANY);
  });
});
