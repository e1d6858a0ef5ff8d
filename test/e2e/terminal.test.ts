import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openProbe, type Probe } from './support/probe.js';
import { familyOf, until } from './support/processes.js';
import { jsonOf, Rig } from './support/rig.js';
import { Tmux } from './support/tmux.js';

let rig: Rig;
let probe: Probe;
let tmux: Tmux | undefined;
let serial = 0;

const isLive = (line: string) => /^run {6}/.test(line);
const live = (lines: readonly string[]) => lines.filter(isLive);
const totals = (lines: readonly string[]) => lines.filter((line) => / steps done\b/.test(line));
/** Of a line as it is shown: how long it has been running depends on the machine. */
const withoutTimes = (line: string) => line.replace(/ +\d+ s( of about \d+ s)?$/, '');

beforeAll(() => {
  rig = new Rig();
});
afterAll(() => rig.dispose());
beforeEach(async () => {
  probe = await openProbe();
  // The port is another one each time, so the hooks are too.
  serial++;
  rig.write('held', `#!/bin/sh\nset -e\n${probe.call}\necho ${serial} >/etc/held\n`, 0o755);
  rig.write(
    'hostile',
    `#!/bin/sh\nprintf 'one ${serial}\\n\\033[2J\\033[1;31mred\\033[0m\\033]0;owned\\007\\rtwo\\n'; exit 3\n`,
    0o755,
  );
  mkvefile('held');
});
afterEach(() => {
  tmux?.close();
  tmux = undefined;
  probe.close();
});

function mkvefile(hook: string): void {
  const hypervisors = `{ lxc: { packages: [], hooks: ['./${hook}'] }, kvm: { packages: [], hooks: ['./${hook}'] } }`;
  rig.write(
    'mkvefile.ts',
    `import { defineConfig, mmdebstrap } from 'mkve';
     export default defineConfig({
       templates: { '${rig.name}': { version: '1', hypervisors: ${hypervisors}, network: ['held'].filter((name) => name === '${hook}') } },
       packages: mmdebstrap({ suite: 'bookworm' }), sign: false,
     });\n`,
  );
}

/** `mkve build` on a terminal; when it is over, its status is the last line. */
function build(options: { readonly redirect?: string; readonly env?: string } = {}): Tmux {
  const { redirect = '', env = '' } = options;
  const variables = [
    ...[`PATH="$PATH"`, `HOME='${rig.path('home')}'`, `MKVE_CACHE_DIR='${rig.store}'`, 'TERM="$TERM"', env],
  ].join(' ');
  const command = rig
    .program('mkve')
    .map((word) => `'${word}'`)
    .join(' ');
  tmux = new Tmux(
    `cd '${rig.directory}'\nbash -o pipefail -c "echo before; env -i ${variables.replaceAll('"', '\\"')} ${command} build -j2 ${redirect}"; echo "status $?"`,
    { columns: 100, rows: 30 },
  );
  return tmux;
}

async function bothHeld(terminal: Tmux): Promise<readonly string[]> {
  await until('both hooks wait', () => probe.calls() === 2);
  return terminal.until('both are shown', (lines) => live(lines).length === 2 && totals(lines).length === 1);
}

const over = (terminal: Tmux) =>
  terminal.until('it is over', (lines) => lines.some((line) => line.startsWith('status ')));

describe.sequential('a build on a terminal', () => {
  it('shows what runs, survives a resize, and leaves only what is worth keeping', async () => {
    const terminal = build();
    const running = await bothHeld(terminal);
    expect(running[0]).toBe('before');
    const [one = '', other = '', total = ''] = running.slice(-3).map(withoutTimes);
    // Whichever of them was looked up first.
    expect([one, other].toSorted()).toEqual([
      `run      ${rig.name}/kvm:held`,
      `run      ${rig.name}/lxc:held`,
    ]);
    expect(total).toMatch(/^ {9}\d of \d+ steps done, \d cached,/);
    expect(terminal.ask('cursor_flag')).toBe('0');
    // The seconds go on.
    const first = running.at(-1);
    await terminal.until('a second has passed', (lines) => lines.at(-1) !== first);

    terminal.resize({ columns: 30, rows: 12 });
    const narrow = await terminal.until(
      'it has been drawn anew',
      (lines) =>
        totals(lines).length === 1 &&
        live(lines).length === 2 &&
        live(lines).every((line) => line.length < 30),
    );
    expect(live(narrow)[0]).toContain('…');
    terminal.resize({ columns: 120, rows: 30 });
    await terminal.until(
      'names are whole again',
      (lines) =>
        totals(lines).length === 1 &&
        live(lines).length === 2 &&
        live(lines).every((line) => line.includes(':held')),
    );

    probe.release();
    const done = await over(terminal);
    expect(live(done)).toEqual([]);
    expect(totals(done)).toEqual([]);
    expect(done.at(-1)).toBe('status 0');
    for (const said of [
      new RegExp(`^ran {6}${rig.name}/lxc:held in `),
      new RegExp(`^ran {6}${rig.name}/kvm:held in `),
      new RegExp(`^built {4}${rig.name}/kvm -> .*\\(.* MB\\)$`),
      /^slowest {2}/,
      /^2 targets built; \d+ steps ran, \d+ cached \(saving .*\), in /,
    ])
      expect(done.filter((line) => said.test(line))).toHaveLength(1);
    expect(terminal.ask('cursor_flag')).toBe('1');
    expect(terminal.colored()).toContain('\x1b[32mran');
  });

  it.each([
    ['Ctrl-C', 130],
    ['SIGTERM', 143],
  ])('that %s ends leaves nothing behind', async (how, status) => {
    const terminal = build();
    await bothHeld(terminal);
    if (how === 'Ctrl-C') terminal.type('C-c');
    else process.kill(mkvePid(terminal), 'SIGTERM');
    const done = await over(terminal);
    expect(done.at(-1)).toBe(`status ${status}`);
    expect(live(done)).toEqual([]);
    expect(totals(done)).toEqual([]);
    expect(done.join('\n')).not.toContain('^C');
    expect(done).toContain(`cancelled ${rig.name}/lxc`);
    expect(terminal.ask('cursor_flag')).toBe('1');
  });

  it('whose standard error is a broken pipe leaves nothing behind either', async () => {
    mkvefile('hostile');
    const terminal = build({ redirect: '2>&1 >/dev/tty | true' });
    const done = await over(terminal);
    expect(done.at(-1)).toBe('status 141');
    expect(live(done)).toEqual([]);
    expect(totals(done)).toEqual([]);
    expect(terminal.ask('cursor_flag')).toBe('1');
  });

  it('shows what a failing hook wrote whole, and lets none of it work', async () => {
    mkvefile('hostile');
    const terminal = build({ env: 'NO_COLOR=1' });
    const done = await over(terminal);
    expect(done.at(-1)).toBe('status 1');
    expect(done[0]).toBe('before');
    const at = done.findIndex((line) => line.startsWith('FAILED   '));
    expect(done.slice(at + 2, at + 5)).toEqual([
      '    its output:',
      `      one ${serial}`,
      '      ^[[2Jred^[]0;owned^G^Mtwo',
    ]);
    expect(terminal.ask('pane_title')).not.toContain('owned');
    expect(terminal.colored()).not.toContain('\x1b[');
  });
});

/** The process of mkve on the terminal, among the shells that started it. */
function mkvePid(terminal: Tmux): number {
  const family = familyOf(Number(terminal.ask('pane_pid')));
  const program = rig.program('mkve').join(' ');
  return family.find(({ commandLine }) => commandLine.startsWith(program))?.pid ?? 0;
}

describe.sequential('a build in CI', () => {
  it('folds what steps wrote for GitHub, and obeys nothing in it', async () => {
    rig.write(
      'talk',
      `#!/bin/sh\necho '::set-output name=a::b'; echo talk ${serial} | tee /etc/talk\n`,
      0o755,
    );
    mkvefile('talk');
    const ran = await rig.mkve(['build', `${rig.name}/lxc`], { env: { CI: 'true', GITHUB_ACTIONS: 'true' } });
    expect(ran.status, ran.stderr).toBe(0);
    const lines = ran.stdout.split('\n');
    const at = lines.findIndex((line) => line.startsWith(`::group::ran      ${rig.name}/lxc:talk in `));
    expect(lines.slice(at + 1, at + 4)).toEqual([
      '\\::set-output name=a::b',
      `talk ${serial}`,
      '::endgroup::',
    ]);
    mkvefile('hostile');
    const failed = await rig.mkve(['build', `${rig.name}/lxc`], {
      env: { CI: 'true', GITHUB_ACTIONS: 'true' },
    });
    expect(failed.stderr).toContain(
      `\n::error title=${rig.name}/lxc%3Ahostile::hook hostile failed with status 3\n`,
    );
    expect(failed.stdout).not.toContain('::error');
  });

  it('tells programs how far packing is', async () => {
    rig.write('talk', `#!/bin/sh\necho json ${serial} >/etc/talk\n`, 0o755);
    mkvefile('talk');
    const told = jsonOf(await rig.mkve(['build', '--json', `${rig.name}/lxc`]));
    const progress = told.filter(
      ({ type, step }) => type === 'step-progress' && step === `${rig.name}/lxc:pack`,
    );
    const last = progress.at(-1);
    expect(last).toMatchObject({ unit: 'bytes', total: expect.any(Number) });
    expect(last?.['done']).toBe(last?.['total']);
    expect(Number(last?.['total'])).toBeGreaterThan(1e7);
    expect(progress.length).toBeLessThanOrEqual(100);
  });
});
