import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { idsRan, jsonOf, type Ran, Rig } from './support/rig.js';

let rig: Rig;
/** Names of templates of this run only; `fails` has a hook that does. */
let good: string;
let fails: string;

const mkve = (...args: readonly string[]) => rig.mkve(args);

function mkvefile(change: { readonly tail?: string; readonly version?: string } = {}): void {
  rig.write(
    'mkvefile.ts',
    `import { defineConfig, mmdebstrap } from 'mkve';
     const inline = (hooks: string[]) => ({ version: '${change.version ?? '1.0'}', hypervisors: { lxc: { packages: [], hooks }, kvm: { packages: [], hooks } } });
     export default defineConfig({
       templates: { '${fails}': { ...inline(['./talk', './bad']) }, '${good}': inline(['./talk', './last']) },
       packages: mmdebstrap({ suite: 'bookworm' }),
       sign: false,
       ${change.tail ?? ''}
     });\n`,
  );
}

beforeAll(() => {
  rig = new Rig();
  good = `${rig.name}-good`;
  fails = `${rig.name}-bad`;
  rig.write('talk', '#!/bin/sh\necho "talk of $MKVE_TEMPLATE"\necho talk >/etc/talk\n', 0o755);
  rig.write('last', '#!/bin/sh\necho last >/etc/last\n', 0o755);
  rig.write('bad', '#!/bin/sh\necho about to fail\nexit 4\n', 0o755);
});
beforeEach(() => mkvefile());
afterAll(() => rig.dispose());

const bundles = () => (existsSync(rig.path('out')) ? readdirSync(rig.path('out')).toSorted() : []);
const targets = (ran: Ran) => jsonOf(ran).filter(({ type }) => type === 'target-finished');

describe.sequential('mkve on a project', () => {
  it('shows with status and -n what would run, runs nothing and writes nothing', async () => {
    const status = await mkve('status', `${good}/lxc`);
    expect(status.status).toBe(1);
    expect(status.stdout).toContain(`dirty    ${good}/lxc`);
    expect(status.stdout).toContain(`would run ${good}/lxc:talk: first build`);
    const dry = await mkve('build', '-n', `${good}/lxc`);
    expect(dry).toMatchObject({ status: 0, stdout: status.stdout });
    expect(bundles()).toEqual([]);
  });

  it('without -k starts nothing more after the first failure, and ends with status 1', async () => {
    const ran = await mkve('build', '-j1', '--json', `${fails}/lxc`, `${good}/lxc`);
    expect(ran.status).toBe(1);
    const failed = jsonOf(ran).findIndex(({ type }) => type === 'step-failed');
    expect(jsonOf(ran)[failed]).toMatchObject({
      step: `${fails}/lxc:bad`,
      failure: { kind: 'command-failed', message: expect.stringContaining('status 4') },
    });
    const later = jsonOf(ran).slice(failed);
    expect(later.filter(({ type }) => type === 'step-started')).toEqual([]);
    expect(targets(ran)).toMatchObject([
      { target: `${fails}/lxc`, how: 'failed' },
      { target: `${good}/lxc`, how: 'cancelled' },
    ]);
    expect(bundles()).toEqual([]);
  });

  it('with -k builds all that does not need what failed, and still ends with status 1', async () => {
    const ran = await mkve('build', '-k', `${fails}/lxc`, `${good}/lxc`);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(`FAILED   ${fails}/lxc:bad: hook bad failed with status 4`);
    expect(ran.stderr).toContain('about to fail');
    const log = /whole output: (\S+)/.exec(ran.stderr)?.[1] ?? '';
    expect(readFileSync(log, 'utf8')).toBe('about to fail\n');
    expect(bundles()).toEqual([`${good}-lxc.bun`]);
  });

  it('takes globs, in a directory below too, and finds cached steps of the build before', async () => {
    rig.write('below/deep/.keep', '');
    const ran = await rig.mkve(['build', `*-good/*`], { cwd: rig.path('below/deep') });
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stdout).toContain(`current  ${good}/lxc -> ${rig.path(`out/${good}-lxc.bun`)}`);
    expect(ran.stdout).toContain(`built    ${good}/kvm`);
    expect(ran.stdout).not.toContain(fails);
    expect(idsRan(ran).filter((id) => id.startsWith(`${good}/lxc`))).toEqual([]);
    const status = await mkve('status', `${good}/*`);
    expect(status).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing to do') });
  });

  it('runs with --force=STEP that step again and nothing that its result leaves as it was', async () => {
    const before = statSync(rig.path(`out/${good}-lxc.bun`)).mtimeMs;
    const ran = await mkve('build', '--force=talk', `${good}/*`);
    expect(ran.status, ran.stderr).toBe(0);
    expect(idsRan(ran).toSorted()).toEqual([`${good}/kvm:talk`, `${good}/lxc:talk`]);
    const one = await mkve('build', `--force=${good}/lxc:*`, `${good}/*`);
    expect(idsRan(one).every((id) => id.startsWith(`${good}/lxc:`))).toBe(true);
    expect(idsRan(one)).toHaveLength(6);
    expect(statSync(rig.path(`out/${good}-lxc.bun`)).mtimeMs).toBeGreaterThan(before);
  });

  it('takes a --force that names no step for a mistake', async () => {
    const ran = await mkve('build', '--force=tlak', `${good}/*`);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain("'tlak'");
  });

  it('prints with --json one object a line and nothing else', async () => {
    const build = await mkve('build', '--json', '--force=last', `${good}/lxc`);
    expect(build).toMatchObject({ status: 0, stderr: '' });
    const types = jsonOf(build).map(({ type }) => type);
    expect(types[0]).toBe('build-started');
    expect(types).toContain('step-finished');
    expect(types.slice(-2)).toEqual(['target-finished', 'build-finished']);
    expect(jsonOf(build)[0]).toMatchObject({ format: 1, targets: [`${good}/lxc`], steps: 9 });
    for (const command of ['status', 'explain', 'log']) {
      const ran = await mkve(command, '--json', `${good}/lxc`);
      expect(jsonOf(ran).length, command).toBeGreaterThan(0);
      expect(jsonOf(ran).every(({ type }) => typeof type === 'string')).toBe(true);
    }
  });

  it('keeps what steps wrote for mkve log, of a failure too', async () => {
    const one = await mkve('log', `${good}/lxc:talk`);
    expect(one).toMatchObject({ status: 0, stdout: `== ${good}/lxc:talk: done\ntalk of ${good}\n` });
    const bad = await mkve('log', 'bad');
    expect(bad.stdout).toContain(`== ${fails}/lxc:bad: failed\nabout to fail`);
    expect(bad.stdout).toContain(`== ${fails}/kvm:bad: never ran`);
    const [first] = jsonOf(await mkve('log', '--json', `${good}/lxc:talk`));
    expect(first).toMatchObject({ step: `${good}/lxc:talk`, state: 'done', text: `talk of ${good}\n` });
  });

  it('needs no program of the host when nothing is to be done, and says what is missing when something is', async () => {
    const bare = { env: { PATH: rig.path('empty') } };
    const nothing = await rig.mkve(['build', `${good}/lxc`], bare);
    expect(nothing).toMatchObject({ status: 0, stdout: expect.stringContaining('current') });
    const work = await rig.mkve(['build', '--force=talk', `${good}/lxc`], bare);
    expect(work.status).toBe(6);
    expect(work.stderr).toContain('this machine lacks mmdebstrap, ');
    expect(work.stderr).toContain('mkve doctor --fix');
    const doctor = await rig.mkve(['doctor', '--json'], bare);
    expect(doctor.status).toBe(6);
    const needed = jsonOf(doctor).find(({ name }) => name === 'mmdebstrap');
    expect(needed).toMatchObject({
      found: false,
      required: true,
      remedy: expect.stringContaining('mmdebstrap'),
    });
    const well = await mkve('doctor');
    expect(well.status, well.stdout).toBe(0);
    expect(well.stdout).toMatch(/^ +ok +mmdebstrap \d.* makes base systems/m);
    expect(well.stdout).toMatch(/^ +ok +user namespaces /m);
  });

  it.each([
    [['build', 'no-such/*'], "no target or step 'no-such/*'", 'known targets: '],
    [['log', 'no-such'], "no target or step 'no-such'", 'known targets: '],
    [['explain'], 'no target or step is given', ''],
    [['build', '-j0'], '--jobs takes a whole number', ''],
    [['biuld'], "unknown command 'biuld'", 'did you mean build?'],
    [[], 'no command is given', 'mkve --help'],
    [['-f', 'other.ts', 'build'], 'other.ts: does not exist', ''],
    [['verify'], 'no bundle is given', ''],
  ])('answers %j with status 2 and one clear sentence', async (args, said, hint) => {
    const ran = await mkve(...args);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^mkve: /);
    expect(ran.stderr).toContain(said);
    expect(ran.stderr).toContain(hint);
    expect(ran.stdout).toBe('');
  });

  it('says where it looked when there is no mkvefile', async () => {
    const ran = await rig.mkve(['status'], { cwd: '/' });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('no mkvefile.ts in / or above');
  });

  it('names every mistake of an mkvefile by the path of its key', async () => {
    mkvefile({ tail: "cach: {}, jobs: 'many', services: { web: 'nginx' }, hooks: ['./nowhere']," });
    const ran = await mkve('build');
    expect(ran.status).toBe(2);
    for (const mistake of [
      'cach: ',
      'did you mean cache',
      'jobs: expected ',
      'services.web: expected ',
      'hooks[0]: ',
    ])
      expect(ran.stderr).toContain(mistake);
    rig.write('mkvefile.ts', 'export default {\n  oops oops\n};\n');
    const syntax = await mkve('status');
    expect(syntax.status).toBe(2);
    expect(syntax.stderr).toMatch(/mkvefile\.ts:2/);
  });
});

describe.sequential('mkve explain', () => {
  const explained = async (step: string) => (await mkve('explain', step)).stdout;

  it('says of a step that never ran that it is the first build', async () => {
    expect(await explained(`${fails}/kvm:talk`)).toBe(`${fails}/kvm:talk: would run: first build\n`);
  });

  it('names the hook whose content changed, before the build and after it', async () => {
    rig.write('last', '#!/bin/sh\necho last again >/etc/last\n', 0o755);
    expect(await explained(`${good}/lxc:last`)).toBe(
      `${good}/lxc:last: would run: file ${rig.path('last')}: content changed\n`,
    );
    expect(await explained(`${good}/lxc:pack`)).toContain(`may run: after ${good}/lxc:last`);
    expect((await mkve('build', `${good}/lxc`)).status).toBe(0);
    expect(await explained(`${good}/lxc:last`)).toBe(
      `${good}/lxc:last: up to date; last ran for file ${rig.path('last')}: content changed\n`,
    );
    expect(await explained(`${good}/lxc:pack`)).toContain(
      'last ran for the root file system before it changed',
    );
  });

  it('names the variable of the environment with its value before and after', async () => {
    mkvefile({ version: '2.0' });
    expect(await explained(`${good}/lxc:talk`)).toContain('would run: environment MKVE_VERSION: 1.0 -> 2.0');
  });

  it('names the packages that came and went', async () => {
    const named = rig.path('mkvefile.ts');
    rig.write(
      'mkvefile.ts',
      readFileSync(named, 'utf8').replaceAll('packages: []', "packages: ['less', 'tree']"),
    );
    expect((await mkve('build', `${good}/lxc`)).status).toBe(0);
    rig.write(
      'mkvefile.ts',
      readFileSync(named, 'utf8').replaceAll("'less', 'tree'", "'tree', 'bc', 'hostname'"),
    );
    const said = await explained(`${good}/lxc`);
    expect(said).toContain('would run: package list: +bc +hostname -less\n');
    rig.write(
      'mkvefile.ts',
      readFileSync(named, 'utf8').replaceAll("'tree', 'bc', 'hostname'", "'tree', 'less'"),
    );
    expect((await mkve('status', `${good}/lxc`)).status).toBe(0);
  });
});
