import { chmodSync, existsSync, mkdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { canRunHooks, fakeRootfs } from '../../support/fake-rootfs.js';

const passwd = 'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\n';

describe.skipIf(!canRunHooks)('01-root', () => {
  it.each([
    ['root::19000:0:99999:7:::', 'root:!:19000:0:99999:7:::'],
    ['root:*:19000:0:99999:7:::', 'root:!*:19000:0:99999:7:::'],
    ['root:$6$a/b$c:19000::::::', 'root:!$6$a/b$c:19000::::::'],
    ['root:!$6$a:19000::::::', 'root:!$6$a:19000::::::'],
  ])('makes %s of the shadow file %s', (before, after) => {
    const rootfs = fakeRootfs({ 'etc/passwd': passwd, 'etc/shadow': `${before}\nrooted:x:1::::::\n` });
    expect(rootfs.run('01-root')).toMatchObject({ status: 0, stderr: '' });
    expect(rootfs.read('etc/shadow')).toBe(`${after}\nrooted:x:1::::::\n`);
  });

  it('locks the password where ALT keeps it', () => {
    const rootfs = fakeRootfs({ 'etc/passwd': passwd, 'etc/tcb/root/shadow': 'root::1::::::\n' });
    expect(rootfs.run('01-root').status).toBe(0);
    expect(rootfs.read('etc/tcb/root/shadow')).toBe('root:!:1::::::\n');
  });

  it('locks a password that stands in passwd itself', () => {
    const rootfs = fakeRootfs({ 'etc/passwd': 'root::0:0:root:/root:/bin/sh\n' });
    expect(rootfs.run('01-root').status).toBe(0);
    expect(rootfs.read('etc/passwd')).toBe('root:!:0:0:root:/root:/bin/sh\n');
  });

  it('does not write what is right already', () => {
    const rootfs = fakeRootfs({ 'etc/passwd': passwd, 'etc/shadow': 'root:!:1::::::\n' });
    for (const file of ['etc/passwd', 'etc/shadow']) utimesSync(join(rootfs.directory, file), 1, 1);
    expect(rootfs.run('01-root').status).toBe(0);
    for (const file of ['etc/passwd', 'etc/shadow'])
      expect(statSync(join(rootfs.directory, file)).mtimeMs).toBe(1000);
  });

  it('keeps the mode of the shadow file', () => {
    const rootfs = fakeRootfs({ 'etc/passwd': passwd, 'etc/shadow': 'root::1::::::\n' });
    const shadow = join(rootfs.directory, 'etc/shadow');
    chmodSync(shadow, 0o640);
    expect(rootfs.run('01-root').status).toBe(0);
    expect(statSync(shadow).mode & 0o777).toBe(0o640);
  });

  it('makes a home that only root may enter', () => {
    const rootfs = fakeRootfs({ 'etc/passwd': passwd });
    mkdirSync(join(rootfs.directory, 'root'), { mode: 0o755 });
    expect(rootfs.run('01-root').status).toBe(0);
    expect(statSync(join(rootfs.directory, 'root')).mode & 0o777).toBe(0o700);
  });

  it('moves a home that is the root directory instead of closing that', () => {
    const rootfs = fakeRootfs({ 'etc/passwd': 'root:x:0:0:root:/:/bin/sh\nbin:x:1:1::/:\n' });
    expect(rootfs.run('01-root')).toMatchObject({ status: 0 });
    expect(rootfs.read('etc/passwd')).toBe('root:x:0:0:root:/root:/bin/sh\nbin:x:1:1::/:\n');
    expect(existsSync(join(rootfs.directory, 'root'))).toBe(true);
  });

  it('fails where there is no root', () => {
    expect(fakeRootfs().run('01-root')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('/etc/passwd has no root'),
    });
  });
});
