import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { HostileRig, RUNS_AS } from './support/hostile-rig.js';
import type { Ran } from './support/rig.js';

describe.each(RUNS_AS)('a hook that changes where others will look, mkve run by the %s', (as) => {
  let hostile: HostileRig;
  beforeAll(() => {
    hostile = new HostileRig(as);
  });
  afterAll(() => hostile.dispose());

  const built = (ran: Ran) => expect(ran.status, ran.stdout + ran.stderr).toBe(0);

  /** What is at a path of the packed root file system: its line without owner, size and time. */
  const packedAt = (path: string) =>
    hostile
      .packed()
      .filter((line) => line.includes(` ./${path}`))
      .map((line) => line.replace(/^(\S+) .*? \.\//, '$1 '));

  it('puts a link to the host where the next step mounts: the step is refused, and what is packed is the link', async () => {
    const { victim } = hostile;
    for (const place of ['etc', 'dev', 'tmp', 'proc']) {
      // What is mounted on cannot be moved, so these are made where they were not.
      const plant = `mv /${place} /${place}.real 2>/dev/null || exit 0; ln -s ${victim} /${place}; echo planted`;
      const ran = await hostile.build({ '10-plant': plant, '20-next': 'echo next runs' });
      const isPlanted = ran.stdout.includes('| planted');
      expect(isPlanted).toBe(place === 'etc');
      expect(ran.status, ran.stderr).toBe(isPlanted ? 1 : 0);
      if (isPlanted)
        expect(ran.stderr).toMatch(
          /20-next-\S+: nothing can run in the root file system: \/etc is not a directory/,
        );
      hostile.expectNothingLeft();
    }
    built(
      await hostile.build({
        '10-plant': `mkdir -p /var/lib /usr/lib; mv /etc /etc.real; ln -s ${victim} /etc; rm -rf /usr; ln -s ${victim} /usr
          ln -s ${victim} /var/lib/dpkg; ln -s ${victim} /var/lib/rpm; ln -s ../../..${victim} /root/up; ln -s /proc/1/root /root/host`,
      }),
    );
    expect(packedAt('etc ')).toEqual([`lrwxrwxrwx etc -> ${victim}`]);
    expect(packedAt('usr')).toEqual([`lrwxrwxrwx usr -> ${victim}`]);
    expect(packedAt('var/lib/')).toEqual([
      'drwxr-xr-x var/lib/',
      `lrwxrwxrwx var/lib/dpkg -> ${victim}`,
      `lrwxrwxrwx var/lib/rpm -> ${victim}`,
    ]);
    expect(readFileSync(hostile.archive(), 'latin1')).not.toContain('of the host');
    await hostile.expectAllWell();
  });

  it('replaces /etc/resolv.conf: what it leaves is packed, and the host is asked for none', async () => {
    built(
      await hostile.build({
        '10-link': `rm /etc/resolv.conf; ln -s ${hostile.victim}/resolv.conf /etc/resolv.conf`,
        '20-next':
          'echo x >/etc/resolv.conf || echo leads nowhere; rm /etc/resolv.conf; mkdir /etc/resolv.conf; : >/etc/resolv.conf/in',
        '30-next':
          'test -f /etc/resolv.conf/in; rm -r /etc/resolv.conf; echo "nameserver 203.0.113.7" >/etc/resolv.conf',
      }),
    );
    expect(execFileSync('tar', ['-xOf', hostile.archive(), './etc/resolv.conf'], { encoding: 'utf8' })).toBe(
      'nameserver 203.0.113.7\n',
    );
    await hostile.expectAllWell();
  });

  it('has the network, and plays with where the name servers of the host are mounted', async () => {
    const { victim } = hostile;
    const ran = await hostile.build(
      {
        '10-mounted': `cat /etc/resolv.conf >/dev/null || exit 1; rm -f /etc/resolv.conf; echo x >/etc/resolv.conf
          mv /etc /elsewhere; rm -rf /etc /elsewhere; exit 0`,
        '20-link': `rm -rf /etc; mkdir -p /etc; rm -f /etc/resolv.conf; ln -s ${victim}/resolv.conf /etc/resolv.conf; exit 0`,
        '30-directory': 'rm -rf /etc; mkdir -p /etc/resolv.conf; exit 0',
        '40-offline': 'rm -r /etc; mkdir -p /etc/resolv.conf',
        '50-directory': 'test -d /etc/resolv.conf',
      },
      { network: ['10-mounted', '20-link', '30-directory', '50-directory'] },
    );
    built(ran);
    expect(packedAt('etc/resolv.conf')).toEqual(['drwxr-xr-x etc/resolv.conf/']);
    // Without /etc one is made to mount on, which is the hook's own to move.
    const moved = async (then: string) => {
      const hooks = { '10-gone': 'rm -rf /etc', '20-move': `mv /etc /moved && ${then} && echo moved` };
      const ran = await hostile.build(hooks, { network: ['20-move'] });
      built(ran);
      expect(ran.stdout).toContain('| moved');
    };
    await moved(`ln -s ${victim} /etc`);
    expect(packedAt('etc ')).toEqual([`lrwxrwxrwx etc -> ${victim}`]);
    await moved('mkdir /etc && mkfifo /etc/resolv.conf');
    expect(packedAt('etc/')).toEqual(['drwxr-xr-x etc/', 'prw-r--r-- etc/resolv.conf']);
    // Empty, and as it was.
    expect(readFileSync(join(victim, 'resolv.conf'), 'utf8')).toBe('');
    await hostile.expectAllWell();
  });

  it('changes /dev: nothing of it lasts, and the next hook has one as ever', async () => {
    const ran = await hostile.build({
      '10-dev': `rm -f /dev/null && echo removed; mv /dev/zero /dev/other && echo moved; mknod /dev/whiteout c 0 0; mknod /root/whiteout c 0 0 && echo made
        for node in 'c 1 3' 'b 8 0' 'c 10 229'; do mknod /dev/made $node && echo made; mknod /root/made $node && echo made; done
        echo secret >/dev/file; mkfifo /dev/fifo; mkdir /dev/directory; ln -s /proc /dev/link; rm -rf /dev/shm /dev/pts /dev/fd
        chmod 0666 /dev; chown 5:5 /dev; rmdir /dev && echo gone; mv /dev /dev2 && echo gone; exit 0`,
      '20-next': `echo x >/dev/null && head -c 4 /dev/zero | wc -c && test ! -e /dev/file && test -d /dev/shm
        ls -ld /dev | cut -c1-10; ls /dev | tr '\\n' ' '`,
    });
    built(ran);
    expect(ran.stdout).not.toMatch(/\| (?:removed|moved|made|gone)$/m);
    const next = [...ran.stdout.matchAll(/20-next-\S+ \| (.*)$/gm)].map(([, line]) => line);
    expect(next.slice(0, 2)).toEqual(['4', 'drwxr-xr-x']);
    expect(next[2]?.split(' ')).toEqual(
      expect.arrayContaining(['null', 'zero', 'full', 'random', 'urandom', 'tty', 'shm']),
    );
    expect(next[2]).not.toMatch(/file|fifo|directory|link|other|made|whiteout/);
    expect(packedAt('dev')).toEqual(['drwxr-xr-x dev/']);
    expect(existsSync('/dev/null')).toBe(true);
    await hostile.expectAllWell();
  });
});
