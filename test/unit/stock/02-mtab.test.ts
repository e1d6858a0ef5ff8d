import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { canRunHooks, fakeRootfs } from '../../support/fake-rootfs.js';

describe.skipIf(!canRunHooks)('02-mtab', () => {
  const mtabOf = (directory: string): string => readlinkSync(join(directory, 'etc/mtab'));

  it('makes the link, in place of a file or of another link', () => {
    const [none, file, link] = [fakeRootfs(), fakeRootfs({ 'etc/mtab': '/dev/sda1 / ext4\n' }), fakeRootfs()];
    link.link('etc/mtab', '../proc/mounts');
    for (const rootfs of [none, file, link]) {
      expect(rootfs.run('02-mtab')).toMatchObject({ status: 0, stderr: '' });
      expect(mtabOf(rootfs.directory)).toBe('/proc/self/mounts');
    }
  });

  it('leaves the right link alone', () => {
    const rootfs = fakeRootfs();
    rootfs.link('etc/mtab', '/proc/self/mounts');
    const { ino } = lstatSync(join(rootfs.directory, 'etc/mtab'));
    expect(rootfs.run('02-mtab').status).toBe(0);
    expect(lstatSync(join(rootfs.directory, 'etc/mtab')).ino).toBe(ino);
  });
});
