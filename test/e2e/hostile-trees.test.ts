import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { HostileRig, RUNS_AS } from './support/hostile-rig.js';
import type { Ran } from './support/rig.js';

/** `printf` of a shell writes these as the bytes that they stand for. */
const bytes = (escapes: string) => `"$(printf '%b' '${escapes.replaceAll(/\\\\(?=[0-7])/g, '\\\\0')}')"`;

describe.each(RUNS_AS)('a root file system that a hook has spoilt, mkve run by the %s', (as) => {
  let hostile: HostileRig;
  beforeAll(() => {
    const programs = ['/usr/bin/chattr', '/usr/bin/setfattr'];
    hostile = new HostileRig(as, { programs });
  });
  afterAll(() => hostile.dispose());

  const built = (ran: Ran) => expect(ran.status, ran.stdout + ran.stderr).toBe(0);

  /** Mode and owner of what lies below a directory, by name. */
  const modesBelow = (directory: string) =>
    Object.fromEntries(
      hostile.packed().flatMap((line) => {
        const [, mode = '', owner = '', name = ''] =
          /^(\S+) (\S+) .* \.\/(\S+?)\/?(?: -> .*)?$/.exec(line) ?? [];
        return name.startsWith(`${directory}/`)
          ? [[name.slice(directory.length + 1), `${mode} ${owner}`]]
          : [];
      }),
    );

  it('has nothing left: it is packed so, and the hook after it is told what it lacks', async () => {
    built(await hostile.build({ '10-delete': 'rm -rf /* 2>/dev/null; exit 0' }));
    expect(hostile.packed().map((line) => line.replace(/^.* /, ''))).toEqual([
      './',
      './dev/',
      './proc/',
      './tmp/',
    ]);
    const next = await hostile.build({
      '10-delete': 'rm -rf /* 2>/dev/null; exit 0',
      '20-next': 'echo never runs',
    });
    expect(next.status).toBe(1);
    expect(next.stderr).toContain(`hook ${hostile.hookName('20-next')} failed`);
    expect(next.stderr).toContain('lacks the program that the first line of the hook names');
    await hostile.expectAllWell();
  });

  it('lacks what the next hook needs to start: that hook says what it is', async () => {
    for (const [spoil, said] of [
      ['mv /bin /bin2', 'lacks the program that the first line of the hook names'],
      ['rm /bin/sh; ln -s setfattr /bin/sh; rm -rf /lib64', 'or the loader of that program'],
      ['chmod 0000 /bin/busybox', 'is not executable in the root file system'],
    ] as const) {
      const ran = await hostile.build({ '10-spoil': spoil, '20-next': 'echo never runs' });
      expect(ran.status).toBe(1);
      expect(ran.stdout).not.toContain('never runs');
      expect(ran.stderr).toContain(`hook ${hostile.hookName('20-next')} failed`);
      expect(ran.stderr).toContain(said);
      hostile.expectNothingLeft();
    }
    await hostile.expectAllWell();
  });

  it('may not be entered by anybody: it is packed as it is, and worked on by the next hook', async () => {
    built(
      await hostile.build({
        '10-close': `mkdir -p /srv/a/b; echo secret >/srv/a/b/file; chmod -R 0000 /srv; chmod 0000 /etc /usr/share/file
          chown 1000:1000 /; chmod 0000 /`,
        '20-next': 'test "$(cat /srv/a/b/file)" = secret && echo more >/srv/a/b/more && rm /usr/share/file',
      }),
    );
    expect(modesBelow('srv')).toEqual({
      a: 'd--------- 0/0',
      'a/b': 'd--------- 0/0',
      'a/b/file': '---------- 0/0',
      'a/b/more': '-rw-r--r-- 0/0',
    });
    expect(hostile.packed()[0]).toMatch(/^d--------- 1000\/1000 .* \.\/$/);
    expect(hostile.packed().join('\n')).not.toContain('usr/share/file');
    await hostile.expectAllWell();
  });

  it('has modes of all kinds: they are kept, and no setuid file can be reached in the store', async () => {
    const modes = ['0000', '0111', '1777', '2755', '4755', '6711', '7777'];
    built(
      await hostile.build({
        '10-modes': `mkdir /opt; cd /opt
          for mode in ${modes.join(' ')}; do
            : >f$mode; chmod $mode f$mode; mkdir d$mode; chmod $mode d$mode
          done
          cp /bin/busybox su-root; cp /bin/busybox su-other; chown 65534:1000 su-other; chmod 6755 su-root su-other`,
      }),
    );
    expect(modesBelow('opt')).toEqual({
      ...{
        f0000: '---------- 0/0',
        d0000: 'd--------- 0/0',
        f0111: '---x--x--x 0/0',
        d0111: 'd--x--x--x 0/0',
      },
      ...{
        f1777: '-rwxrwxrwt 0/0',
        d1777: 'drwxrwxrwt 0/0',
        f2755: '-rwxr-sr-x 0/0',
        d2755: 'drwxr-sr-x 0/0',
      },
      ...{
        f4755: '-rwsr-xr-x 0/0',
        d4755: 'drwsr-xr-x 0/0',
        f6711: '-rws--s--x 0/0',
        d6711: 'drws--s--x 0/0',
      },
      ...{ f7777: '-rwsrwsrwt 0/0', d7777: 'drwsrwsrwt 0/0' },
      ...{ 'su-root': '-rwsr-sr-x 0/0', 'su-other': '-rwsr-sr-x 65534/1000' },
    });
    const layers = join(hostile.store, 'layers');
    const found = readdirSync(layers).filter((id) => readdirSync(layers).includes(`${id}.ok`));
    const setuid = found
      .map((id) => join(layers, id, 'opt/su-root'))
      .filter((path) => lstatSync(path, { throwIfNoEntry: false }));
    expect(setuid).toHaveLength(1);
    // Whoever may enter the store is its owner; when root calls that is nobody.
    expect(lstatSync(hostile.store).mode & 0o7777).toBe(0o700);
    const { user } = inject('e2e');
    const stranger = as === 'user' || user === undefined ? 65_534 : user.uid;
    const run = () => execFileSync(setuid[0] ?? '', ['id'], { uid: stranger, gid: stranger, stdio: 'pipe' });
    if (process.getuid?.() === 0) expect(run).toThrow(/EACCES/);
    await hostile.expectAllWell();
  });

  it('cannot be made immutable, nor have marks of overlayfs', async () => {
    const ran = await hostile.build({
      '10-immutable': `echo x >/kept; echo y >/usr/share/other
        chattr +i /kept && echo immutable; chattr +a /usr/share && echo append-only
        for mark in opaque whiteout redirect metacopy origin; do
          setfattr -n user.overlay.$mark -v y /usr/share; setfattr -n user.overlay.$mark -v y /kept
          setfattr -n trusted.overlay.$mark -v y /usr/share && echo trusted
        done; exit 0`,
      '20-next': 'cat /kept /usr/share/other /usr/share/file; echo z >>/kept; rm /usr/share/file',
    });
    built(ran);
    expect(ran.stdout).not.toMatch(/\| (?:immutable|append-only|trusted)$/m);
    expect(ran.stdout).toMatch(/\| x\n.*\| y\n.*\| of the base\n/);
    const names = hostile.packed().map((line) => line.replace(/^.* /, ''));
    expect(names).toEqual(expect.arrayContaining(['./kept', './usr/share/other']));
    expect(names).not.toContain('./usr/share/file');
    const xattrs = execFileSync('tar', ['--xattrs', '--xattrs-include=*', '-tvvf', hostile.archive()], {
      encoding: 'latin1',
    });
    expect(xattrs).not.toMatch(
      /trusted\.overlay|user\.overlay\.(?:opaque|whiteout|redirect|metacopy|origin)/,
    );
    await hostile.expectAllWell();
  });

  it('has names that are no UTF-8, or no text: they are kept byte for byte', async () => {
    const names = [
      'bad\\377\\376name',
      'over\\300\\200long',
      'half\\355\\240\\200',
      'new\\nline',
      '\\033[31mred\\015',
      '\\001\\177',
      '--checkpoint=1',
      'quo\\047te\\042\\140id\\140',
    ];
    built(
      await hostile.build({
        '10-names': `mkdir /n; cd /n
          ${names.map((name) => `printf x >./${bytes(name)}`).join('\n')}
          mkdir ${bytes('dir\\377')}; printf y >${bytes('dir\\377/in\\376')}; ln ${bytes('bad\\377\\376name')} ${bytes('hard\\375')}
          ln -s ${bytes('to\\303(')} ${bytes('link\\301')}`,
        '20-next': `cd /n; test -f ${bytes('dir\\377/in\\376')}; rm ${bytes('over\\300\\200long')}`,
      }),
    );
    const found = hostile
      .packed()
      .filter((line) => / \.\/n\/./.test(line))
      .map((line) => line.replace(/^(.).*? \.\/n\//, '$1 '));
    expect(found.sort()).toEqual(
      [
        ...[
          '- bad\\377\\376name',
          '- half\\355\\240\\200',
          '- new\\nline',
          '- \\033[31mred\\r',
          '- \\001\\177',
          '- --checkpoint=1',
        ],
        ...[
          '- quo\'te"`id`',
          'd dir\\377/',
          '- dir\\377/in\\376',
          'l link\\301 -> to\\303(',
          'h hard\\375 link to ./n/bad\\377\\376name',
        ],
      ].sort(),
    );
    await hostile.expectAllWell();
  });

  it('has a path that is too long to be read: that is said, with the step', async () => {
    const name = 'd'.repeat(200);
    const ran = await hostile.build({
      '10-deep': `cd /root; i=0; while [ $i -lt 30 ] && mkdir ${name} && cd ${name}; do i=$((i + 1)); done 2>/dev/null`,
    });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/10-deep-\S+: it left a path of more than 3000 bytes/);
    await hostile.expectAllWell();
  });
});
