import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { nameServers } from '../../../src/actions/inside/name-servers.js';
import { privateDirectory } from '../../support/template-tree.js';

const RESOLV = 'etc/resolv.conf';

describe('the file that was made to mount the name servers of the host on', () => {
  it('goes when it is still what was made, and stays when the hook has written to it', async () => {
    const upper = privateDirectory();
    mkdirSync(join(upper, 'etc'));
    writeFileSync(join(upper, RESOLV), '');
    await nameServers('absent', upper).tidy();
    expect(existsSync(join(upper, RESOLV))).toBe(false);
    await nameServers('absent', upper).tidy();
    writeFileSync(join(upper, RESOLV), 'nameserver 192.0.2.1\n');
    await nameServers('absent', upper).tidy();
    expect(existsSync(join(upper, RESOLV))).toBe(true);
  });

  it('is not looked for where a hook has put a link, nor waited for where it has put a FIFO', async () => {
    const [upper, host] = [privateDirectory(), privateDirectory()];
    writeFileSync(join(host, 'resolv.conf'), '');
    symlinkSync(host, join(upper, 'etc'));
    await nameServers('absent', upper).tidy();
    expect(existsSync(join(host, 'resolv.conf'))).toBe(true);
    const other = privateDirectory();
    mkdirSync(join(other, 'etc'));
    execFileSync('mkfifo', [join(other, RESOLV)]);
    await nameServers('absent', other).tidy();
    expect(existsSync(join(other, RESOLV))).toBe(true);
  });
});
