import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Rig, stepsRan } from './support/rig.js';

const STAND_IN = resolve(import.meta.dirname, '../support/hasher-stand-ins/stand-in');

/** hasher refuses root, so all of this runs as an ordinary user. */
let rig: Rig;
let bin: string;
beforeEach(() => {
  rig = new Rig('user');
  bin = rig.path('bin');
  mkdirSync(bin);
  for (const name of ['hsh', 'mkaptbox', 'hsh-install', 'hsh-run', 'hsh-rmchroot']) {
    copyFileSync(STAND_IN, join(bin, name));
    chmodSync(join(bin, name), 0o755);
  }
  mkdirSync(rig.path('w'));
  for (const [name, text] of Object.entries({
    setup: 'file /etc/passwd 0:0 644 root:x:0:0::/root:/bin/sh',
    filesystem: '',
    rpm: '',
    fakeroot: '',
    tar: '',
    web: 'needs lib\nfile /etc/web.conf 33:33 640 волки',
    lib: 'file /etc/lib.conf 0:5 4755 lib',
    broken: 'needs nothing-has-it',
  }))
    offer(name, text);
  if (process.getuid?.() === 0) execFileSync('chown', ['-hR', `--reference=${rig.directory}`, rig.path('w')]);
});
afterEach(() => rig.dispose());

function offer(name: string, text: string): void {
  rig.write(`repo/x86_64/RPMS.classic/${name}.rpm`, `${text}\n`);
}

const options = () => [
  ...['--out=o.tar', '--hsh-workdir=w', '--arch=x86_64'],
  ...['--mirror', `rpm-dir file:${rig.path('repo')} x86_64 classic`],
];
const env = () => ({ PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: rig.path('home') });
const build = (...args: readonly string[]) => rig.run('mkve-cache', [...options(), ...args], { env: env() });
const listed = () => execFileSync('tar', ['--numeric-owner', '-tvf', rig.path('o.tar')]).toString();

describe('hasher (stand-ins)', () => {
  it('makes a chroot that is exported with the owners pseudo-root sees, once', async () => {
    const ran = await build('web');
    expect(ran.status, ran.stderr).toBe(0);
    expect(listed()).toMatch(/-rw-r----- 33\/33 .* \.\/etc\/web\.conf\n/);
    expect(listed()).toMatch(/-rwsr-xr-x 0\/5 .* \.\/etc\/lib\.conf\n/);
    expect(listed()).toMatch(/^drwxr-xr-x 0\/0 .* \.\/\n/);
    expect(listed()).not.toMatch(/\.(host|in|out|fakedata)|cpuinfo/);
    expect(existsSync(rig.path('w/chroot'))).toBe(false);
    expect(stepsRan(await build('web'))).toEqual([]);
    rmSync(rig.path('o.tar'));
    const again = await build('web');
    expect(stepsRan(again)).toEqual(['archive']);
  });

  it.each([
    [['no-such'], 'has no package no-such'],
    [['broken'], 'nothing-has-it'],
    [['web', '--mirror', 'deb http://x y main'], "mirror: expected a line such as 'rpm [key] URL ARCH"],
    [['web', '--mirror', 'rpm http://127.0.0.1/unreachable x86_64 classic'], 'http://127.0.0.1/unreachable'],
    [['web', '--hsh-workdir=gone'], 'mkdir -p'],
  ])('says what is wrong with %j, and leaves no chroot', async (args, said) => {
    const ran = await build(...args);
    expect(ran.status).toBe(said.startsWith('mirror:') ? 2 : 1);
    expect(ran.stderr).toContain(said);
    expect(existsSync(rig.path('w/chroot'))).toBe(false);
  });

  it('names who holds the workdir instead of waiting for ever', async () => {
    const holder = rig.start(
      ['flock', '--no-fork', 'w', 'sh', '-c', 'echo $$ >w/pid; echo held; exec sleep infinity'],
      {
        env: env(),
      },
    );
    await holder.said(/^held$/);
    const ran = await build('web');
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/hasher: .*already locked by pid=\d+/);
    process.kill(holder.pid);
    await holder.ended;
  });

  it('removes the chroot of an interrupted build, and the next one starts clean', async () => {
    for (const name of ['held', 'held.back']) execFileSync('mkfifo', ['-m', '666', rig.path(name)]);
    offer('slow', `hold ${rig.path('held')}`);
    const running = rig.startRun('mkve-cache', [...options(), 'slow'], { env: env() });
    expect(readFileSync(rig.path('held'), 'utf8')).toBe('holding\n');
    process.kill(running.pid, 'SIGINT');
    expect((await running.ended).status).toBe(130);
    expect(existsSync(rig.path('w/chroot'))).toBe(false);
    writeFileSync(rig.path('repo/x86_64/RPMS.classic/slow.rpm'), 'file /etc/slow 0:0 644 done\n');
    const ran = await build('slow');
    expect(ran.status, ran.stderr).toBe(0);
    expect(listed()).toContain('./etc/slow');
  });

  it.runIf(process.getuid?.() === 0)('is refused to root before it does anything', async () => {
    const root = new Rig();
    mkdirSync(root.path('w'));
    const ran = await root.run('mkve-cache', options().concat('web'), { env: env() });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('root may not use hasher');
    root.dispose();
  });
});
