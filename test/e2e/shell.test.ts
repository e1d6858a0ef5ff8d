import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { until, withCommandLine } from './support/processes.js';
import { type As, jsonOf, Rig } from './support/rig.js';
import { Tmux } from './support/tmux.js';

/** An mkvefile with inline targets: hypervisor to hooks, which are files of the rig. */
function mkvefile(rig: Rig, targets: Readonly<Record<string, readonly string[]>>): void {
  const hypervisors = Object.entries(targets)
    .map(
      ([name, hooks]) =>
        `${name}: { packages: [], hooks: ${JSON.stringify(hooks.map((hook) => `./${hook}`))} }`,
    )
    .join(', ');
  rig.write(
    'mkvefile.ts',
    `import { defineConfig, mmdebstrap } from 'mkve';
     export default defineConfig({
       templates: { '${rig.name}': { version: '1', hypervisors: { ${hypervisors} } } },
       packages: mmdebstrap({ suite: 'bookworm' }), sign: false,
     });\n`,
  );
}

/** A terminal on which mkve runs; what it ends with is shown. */
function onTerminal(rig: Rig, args: readonly string[]): Tmux {
  const words = [...rig.program('mkve'), ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const env = `HOME='${rig.path('home')}' MKVE_CACHE_DIR='${rig.store}'`;
  return new Tmux(
    `cd '${rig.directory}'; ${env} ${words.join(' ')}; echo "status $?"; stty -a | tr ';' '\\n'`,
    {
      columns: 100,
      rows: 30,
    },
  );
}

const says = (pattern: RegExp) => (lines: readonly string[]) => lines.some((line) => pattern.test(line));

describe.each<As>(['caller', 'user'])('mkve shell of the %s', (as) => {
  let rig: Rig;
  beforeAll(() => {
    rig = new Rig(as);
    rig.write('10-one', '#!/bin/sh\necho one >/etc/one\n', 0o755);
    rig.write('20-two', '#!/bin/sh\necho two >/etc/two\n', 0o755);
    rig.write('10-owner', '#!/bin/sh\nchown 3:4 /\nchmod 711 /\n', 0o755);
    mkvefile(rig, { lxc: ['10-one', '20-two'], kvm: ['10-owner'] });
  });
  afterAll(() => rig.dispose());

  const target = () => `${rig.name}/lxc`;

  it('builds what it takes, is root inside where the step left off, and throws away what was changed', async () => {
    const script = [
      'cat /etc/one; ls /etc/two; id -u; echo "$MKVE_TEMPLATE $MKVE_HYPERVISOR $PATH"; ls /tmp/mkve',
      'echo changed >/etc/one; echo lost >/etc/lost; echo told >/dev/stderr; exit 7',
    ];
    const at = ['shell', target(), '--at', '10-one', '--', 'sh', '-c', script.join('\n')];
    const ran = await rig.mkve(at);
    expect(ran.stdout.split('\n')).toEqual([
      'one',
      '0',
      `${rig.name} lxc /usr/sbin:/usr/bin:/sbin:/bin`,
      '10-one',
      '',
    ]);
    expect(ran.stderr).toMatch(/^ran {6}\S+:10-one in /m);
    expect(ran.stderr).not.toContain('20-two');
    expect(ran.stderr).toMatch(/^told$/m);
    expect(ran.status).toBe(7);
    const again = await rig.mkve([
      'shell',
      target(),
      '--',
      'sh',
      '-c',
      'cat /etc/one /etc/two; ls /etc/lost',
    ]);
    expect(again.stdout).toBe('one\ntwo\n');
    const before = await rig.mkve(['shell', target(), '--before', '--', 'ls', '/etc/two']);
    expect(before.status).toBe(2);
    // All is up to date now, so nothing is said.
    const quiet = await rig.mkve(['shell', target(), '--at=20-two', '--', 'true']);
    expect(quiet).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('has the root directory as it is, may make no namespace of its own, and leaves nothing in the store', async () => {
    const script = [
      'stat -c "%u:%g %a" /; unshare --user true 2>/dev/null; echo $?',
      'mkdir /odd; chown 5:6 /odd; chmod 0 /odd; touch "$(printf \'/\\377\')"',
    ];
    const ran = await rig.mkve(['shell', `${rig.name}/kvm`, '--', 'sh', '-c', script.join('\n')]);
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stdout).toBe('3:4 711\n1\n');
    // Other tests are at work in the same store.
    const left = readdirSync(join(rig.store, 'tmp')).filter((name) => name.startsWith('shell-'));
    expect(left).toEqual([]);
  });

  it('ends at once when it is asked to, and so does what runs in it', async () => {
    const running = rig.startRun('mkve', ['shell', target(), '--', 'sh', '-c', 'echo here; sleep 4711']);
    await running.said(/^here$/);
    process.kill(running.pid, 'SIGTERM');
    expect((await running.ended).status).toBe(143);
    expect((await rig.exec(['pgrep', '-f', 'sleep 471[1]'])).stdout).toBe('');
    expect(readdirSync(join(rig.store, 'tmp')).filter((name) => name.startsWith('shell-'))).toEqual([]);
  });

  it('leaves nothing running where mkve itself is killed', async () => {
    const running = rig.startRun('mkve', ['shell', target(), '--', 'sh', '-c', 'echo here; sleep 4712']);
    await running.said(/^here$/);
    process.kill(running.pid, 'SIGKILL');
    await running.ended;
    await until('what ran inside has ended', () => withCommandLine('sleep 4712').length === 0);
  });

  // The user inside is the caller outside, so that is where a file of the caller would be in reach.
  it.runIf(as === 'user')('passes on bytes of a pipe, and no file of the host', async () => {
    const argv = rig.program('mkve').map((word) => `'${word}'`);
    const inside = `cat; exec 2>/dev/null; echo written >/proc/self/fd/0; ls ${rig.directory}; cat /proc/1/cmdline | tr '\\0' ' '`;
    const shell = `${argv.join(' ')} shell ${target()} -- sh -c '${inside.replaceAll("'", "'\\''")}' <input`;
    rig.write('input', 'вол\0ки\n');
    chmodSync(rig.path('input'), 0o666);
    const ran = await rig.exec(['sh', '-c', shell]);
    expect(ran.stdout).toMatch(/^вол\0ки\n/);
    expect(readFileSync(rig.path('input'), 'utf8')).toBe('вол\0ки\n');
    expect(ran.stdout).not.toContain('mkvefile.ts');
  });

  it.runIf(as === 'user')('keeps what was changed as a draft of a hook that does the same', async () => {
    const script = `set -e
      echo more >>/etc/one; printf "it's" >/etc/quoted; printf '\\001\\377\\200' >/etc/bytes
      chown 1:2 /etc/quoted; chmod 4750 /etc/quoted; rm -r /usr/share/doc/apt /etc/two; ln -s two /etc/link
      mkdir -p /srv/a/b; echo x >/srv/a/b/"вол ки"; ln /srv/a/b/* /srv/name; rm /etc/motd; mkdir /etc/motd
      : >"$(printf '/srv/\\377')"; chmod 700 /srv/a; touch -d @5 /srv/a/b; mkfifo /srv/fifo`;
    const refused = await rig.mkve(['shell', target(), '--keep=mkvefile.ts', '--', 'true']);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('is there already')]);
    const ran = await rig.mkve(['shell', target(), '--keep=30-draft', '--', 'sh', '-c', script]);
    expect(ran.status, ran.stderr).toBe(0);
    const draft = readFileSync(rig.path('30-draft'), 'utf8');
    expect(draft).toContain('#   changed  /etc/one  content');
    rig.write('30-same', `#!/bin/sh\n${script}\n`, 0o755);
    mkvefile(rig, { lxc: ['10-one', '20-two', '30-draft'], kvm: ['10-one', '20-two', '30-same'] });
    const built = await rig.mkve(['build']);
    expect(built.status, built.stderr).toBe(0);
    const bundles = ['lxc', 'kvm'].map((hypervisor) => rig.path(`out/${rig.name}-${hypervisor}.bun`));
    const [diff] = jsonOf(await rig.mkve(['diff', '--json', ...bundles]));
    expect(diff).toMatchObject({ packages: [], files: [], metadata: [{ field: 'hypervisor' }] });
    const nothing = await rig.mkve(['shell', target(), '--keep=none', '--', 'true']);
    expect(nothing.stderr).toBe('nothing was changed, so no draft is written\n');
    expect(existsSync(rig.path('none'))).toBe(false);
  });
});

describe.sequential('a shell on a terminal', () => {
  let rig: Rig;
  let tmux: Tmux | undefined;
  beforeAll(() => {
    rig = new Rig();
    rig.write('10-bad', '#!/bin/sh\necho half >/etc/half; echo left >/tmp/left; echo oops; exit 3\n', 0o755);
    rig.write('10-good', '#!/bin/sh\necho good >/etc/good\n', 0o755);
    mkvefile(rig, { lxc: ['10-good'] });
  });
  afterEach(() => {
    tmux?.close();
    tmux = undefined;
  });
  afterAll(() => rig.dispose());

  const opened = (terminal: Tmux) =>
    terminal.until('the shell waits', says(/^root@mkve:\/# $|^root@mkve:\/#$/));
  const over = (terminal: Tmux) => terminal.until('it is over', says(/^status /));

  it('has job control and its size, and can type nothing for the shell of the caller', async () => {
    tmux = onTerminal(rig, ['shell', `${rig.name}/lxc`]);
    await opened(tmux);
    tmux.type('cat /etc/good; stty size; sleep 1000', 'Enter');
    await tmux.until('the size is said', says(/^30 100$/));
    tmux.type('C-z');
    await tmux.until('it is stopped', says(/Stopped +sleep 1000/));
    tmux.type('fg', 'Enter');
    await tmux.until('it goes on', says(/^sleep 1000$/));
    tmux.type('C-c');
    tmux.resize({ columns: 90, rows: 20 });
    tmux.type('stty size', 'Enter');
    await tmux.until('the new size is said', says(/^20 90$/));
    // ioctl_tty(2), TIOCSTI: where the kernel allows it at all, it types for this shell and nobody else.
    tmux.type("perl -e 'ioctl STDIN, 0x5412, $_ for split //, qq(echo typed-in\\n)'; exit 4", 'Enter');
    const done = await over(tmux);
    expect(done).toContain('good');
    expect(done).toContain('status 4');
    expect(done.filter((line) => line === 'typed-in')).toEqual([]);
    await tmux.until('the terminal is as it was', says(/ icanon /));
  });

  it('runs one command, which alone gets a Ctrl-C', async () => {
    const script = 'trap "echo caught" INT; echo begun; cat; echo ended >/dev/stderr; exit 5';
    tmux = onTerminal(rig, ['shell', `${rig.name}/lxc`, '--', 'sh', '-c', script]);
    await tmux.until('it has begun', says(/^begun$/));
    tmux.type('C-c');
    const done = await over(tmux);
    expect(done).toEqual(expect.arrayContaining(['ended', 'status 5']));
    expect(done.some((line) => /caught$/.test(line))).toBe(true);
  });

  it('leaves nothing running where mkve is killed', async () => {
    tmux = onTerminal(rig, ['shell', `${rig.name}/lxc`, '--', 'sh', '-c', 'echo begun; sleep 4713']);
    await tmux.until('it has begun', says(/^begun$/));
    const [mkve] = withCommandLine(`mkve.js shell ${rig.name}/lxc`);
    if (mkve === undefined) throw new Error('mkve does not run');
    process.kill(mkve.pid, 'SIGKILL');
    // Among them is the shell in which mkve was called.
    const inside = () =>
      withCommandLine('sleep 4713').filter(({ commandLine }) => !commandLine.includes('stty'));
    await until('what ran inside has ended', () => inside().length === 0);
  });

  it('opens where steps fail, one after the other, and builds again with what was mended', async () => {
    mkvefile(rig, { lxc: ['10-bad'], kvm: ['10-bad'] });
    tmux = onTerminal(rig, ['build', '-k', '-j2', '--debug-shell']);
    await opened(tmux);
    tmux.type(
      'cat /etc/half /tmp/left; echo "of $MKVE_HYPERVISOR"; /tmp/mkve/10-bad; echo "again $?"; exit',
      'Enter',
    );
    const asked = await tmux.until('it asks', says(/^retry .*\[Y\/n\]/));
    expect(asked).toEqual(expect.arrayContaining(['half', 'left', 'again 3']));
    expect(asked.filter((line) => /^(run|FAILED) /.test(line))).toHaveLength(1);
    rig.write('10-bad', '#!/bin/sh\necho whole >/etc/half\n', 0o755);
    tmux.type('Enter');
    await tmux.until(
      'the other shell is opened',
      (lines) => lines.filter((line) => /^shell {4}where/.test(line)).length === 2,
    );
    tmux.type('exit', 'Enter');
    await tmux.until(
      'it asks again',
      (lines) => lines.filter((line) => /^retry .*\[Y\/n\]/.test(line)).length === 2,
    );
    tmux.type('n', 'Enter');
    const done = await over(tmux);
    expect(done).toContain('status 0');
    for (const hypervisor of ['lxc', 'kvm']) {
      expect(done.filter((line) => line.startsWith(`failed   ${rig.name}/${hypervisor}`))).toHaveLength(1);
      expect(done.filter((line) => line.startsWith(`built    ${rig.name}/${hypervisor} `))).toHaveLength(1);
    }
  });
});

describe('a shell that cannot be', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = new Rig();
    rig.write('10-a', '#!/bin/sh\n', 0o755);
    mkvefile(rig, { lxc: ['10-a'], kvm: ['10-a'] });
  });
  afterAll(() => rig.dispose());

  it.each<[readonly string[], string]>([
    [['shell', 'TEMPLATE'], "'TEMPLATE' means 2 targets: TEMPLATE/lxc, TEMPLATE/kvm"],
    [['shell', 'TEMPLATE/lxc', 'ls'], 'expected one target, found 2'],
    [['shell', 'TEMPLATE/lxc', '--at', 'nope'], "TEMPLATE/lxc has no step 'nope'"],
    [['shell', 'TEMPLATE/lxc', '--at', 'base', '--before'], 'before base there is no root file system'],
    [['build', '--debug-shell'], '--debug-shell takes a terminal'],
    [['diff', 'TEMPLATE/lxc'], 'TEMPLATE/lxc was never built'],
    [['diff', 'one.bun'], 'there is nothing to compare one.bun with'],
  ])('mkve %j says why', async (args, message) => {
    const named = (text: string) => text.replaceAll('TEMPLATE', rig.name);
    const ran = await rig.mkve(args.map(named));
    expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining(`mkve: ${named(message)}`)]);
    expect(ran.stderr).not.toMatch(/^ran /m);
  });
});
