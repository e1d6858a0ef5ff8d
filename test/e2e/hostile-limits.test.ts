import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

import { HostileRig, RUNS_AS } from './support/hostile-rig.js';

const MIB = 1024 * 1024;

describe.each(RUNS_AS)('a hook that takes what it can get, mkve run by the %s', (as) => {
  let hostile: HostileRig;
  beforeEach(() => {
    hostile = new HostileRig(as);
  });
  afterEach(() => hostile.dispose());

  it('gets no more processes than it may have', async () => {
    // What fails is the fork; what runs already is killed with the hook.
    const bomb = 'i=0; while [ $i -lt 200 ]; do sleep 1000 & i=$((i + 1)); done; echo all of them run';
    const ran = await hostile.build({ '10-bomb': bomb }, { limits: { processes: 100 } });
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(/[Cc]an't fork|[Cc]annot fork|Resource temporarily unavailable/);
    expect(ran.stdout).not.toContain('all of them run');
    expect(ran.stderr).toMatch(/hook 10-bomb-\S+ failed/);
    // Two for each that there was, as fast as they can.
    const real = 'bomb() { bomb | bomb & bomb; }; bomb; exit 7';
    const forked = await hostile.build({ '10-real': real }, { limits: { processes: 100 } });
    expect(forked.stderr).toMatch(/hook 10-real-\S+ (?:failed|was ended)/);
    await hostile.expectAllWell();
  });

  it('gets no more memory than it may have', async () => {
    const hog = 'dd if=/dev/zero of=/dev/null bs=300M count=1 && echo all of it fits';
    const ran = await hostile.build({ '10-hog': hog }, { limits: { memory: '200 MB' } });
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(/out of memory|memory exhausted|[Cc]annot allocate/);
    expect(ran.stdout).not.toContain('all of it fits');
    expect(ran.stderr).toMatch(/hook 10-hog-\S+ failed/);
    await hostile.expectAllWell();
  });

  it.each([
    [
      'a file without end, which it removes',
      'while cat /bin/busybox >>/fill; do :; done; rm -f /fill; exit 0',
    ],
    ['a file that is too large', 'head -c 60000000 /dev/zero >/large'],
    [
      'many that are too many',
      'i=0; while [ $i -lt 60 ]; do head -c 1000000 /dev/zero >/f$i; i=$((i + 1)); done',
    ],
    ['one that takes no room at all', 'truncate -s 1000000000000 /hole'],
  ])('writes no more than it may: %s', async (_what, script) => {
    const ran = await hostile.build({ '10-fill': script }, { limits: { disk: '50 MB' } });
    expect(ran.status, ran.stdout + ran.stderr).toBe(1);
    expect(ran.stderr).toMatch(/hook 10-fill-\S+ wrote more than the 50\.0 MB that a step may/);
    expect(ran.stderr).toContain('raise limits.disk in the mkvefile');
    await hostile.expectAllWell();
  });

  it.runIf(process.getuid?.() === 0)(
    'fills the disk of the store: that is said, and the disk is free again',
    async () => {
      // Not below the rig: sandboxes of other tests have what is mounted in theirs, too.
      const disk = mkdtempSync(join(inject('e2e').directory, 'disk-'));
      const { uid, gid } = lstatSync(hostile.victim);
      execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=700,uid=${uid},gid=${gid},size=100m`, 'mkve', disk]);
      execFileSync('chmod', ['711', disk]);
      const onDisk = new HostileRig(as, { store: join(disk, 'store') });
      const free = () => statfsSync(disk).bavail * statfsSync(disk).bsize;
      try {
        expect((await onDisk.build({ '10-first': ':' })).status).toBe(0);
        const before = free();
        const ran = await onDisk.build({ '10-fill': 'cat /dev/zero >/fill || exit 1' });
        expect(ran.status).toBe(1);
        expect(ran.stderr).toMatch(/hook 10-fill-\S+ failed with status 1/);
        expect(ran.stderr).toContain('hint: the disk of the store is full: free some space');
        expect(before - free()).toBeLessThan(MIB);
        writeFileSync(join(disk, 'filling'), Buffer.alloc(free()));
        const full = await onDisk.build({ '10-other': 'echo x >/made' });
        expect(full.status).not.toBe(0);
        expect(full.stderr).toMatch(/no space left on device/i);
        expect(full.stderr).not.toContain('internal error');
        rmSync(join(disk, 'filling'));
        await onDisk.expectAllWell();
      } finally {
        onDisk.dispose();
        execFileSync('umount', ['--lazy', disk]);
      }
    },
  );
});
