import { readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { ExecaCommandRunner } from '../../../src/actions/command-runner.js';
import { type DoctorDeps, doctorCommand } from '../../../src/cli/commands/doctor.js';
import type { Machine } from '../../../src/cli/doctor/index.js';
import type { RunnerScript } from '../../support/scripted-runner.js';
import { tempDir } from '../mkvefile/temp-dir.js';
import { STRANGER, scriptedMachine, WELL } from './doctor-rig.js';

type How = Partial<Pick<DoctorDeps, 'mode' | 'format'>>;

async function run(machine: Machine, how: How = {}) {
  const [out, errors]: [string[], string[]] = [[], []];
  const status = await doctorCommand({
    ...machine,
    mode: how.mode ?? 'report',
    format: how.format ?? 'text',
    write: (line) => out.push(line),
    writeError: (line) => errors.push(line),
  });
  return { status, out: out.join('\n'), errors: errors.join('\n') };
}

/** What runs with root's rights, on a machine without bwrap and zstd until they are installed. */
function bare(sudo: string): RunnerScript {
  let installed = false;
  const tool = () => (installed ? { stdout: 'tool 1.2.3\n' } : 'not-found');
  const install = () => {
    installed = true;
    return { stdout: 'Setting up bubblewrap\n' };
  };
  return {
    ...WELL,
    bwrap: tool,
    zstd: tool,
    [`${sudo}env DEBIAN_FRONTEND=noninteractive apt-get install`]: install,
    [`${sudo}apt-get update`]: { stdout: 'Reading package lists...\n' },
  };
}

describe('mkve doctor', () => {
  test('lists what is there, what is missing and one command line for all of that', async () => {
    const { status, out } = await run(await scriptedMachine({ script: bare('') }));
    expect(status).toBe(6);
    expect(out).toMatch(/ {2}ok {7}tar 1\.34 .*reads what a step changed/);
    expect(out).toMatch(
      / {2}missing {2}zstd .*\n.*to mend it: apt-get install --yes --no-install-recommends zstd\n/,
    );
    const all = 'apt-get update && apt-get install --yes --no-install-recommends bubblewrap zstd';
    expect(out.split('\n').at(-1)).toBe(`  ${all}`);
  });

  test('changes nothing', async () => {
    const machine = await scriptedMachine({ script: bare(''), caller: STRANGER });
    await run(machine);
    expect(machine.runner.ran('apt-get')).toEqual(['apt-get --version']);
    expect(machine.runner.ran('sudo')).toEqual([]);
    expect((await readdir(join(machine.etc, '..'))).sort()).toEqual(['etc']);
  });

  test('prints one JSON object for each need', async () => {
    const { out } = await run(await scriptedMachine({ script: bare('sudo '), caller: STRANGER }), {
      format: 'json',
    });
    const needs = out.split('\n').map((line) => JSON.parse(line));
    expect(needs).toContainEqual({
      type: 'need',
      format: 1,
      name: 'zstd',
      kind: 'tool',
      why: 'packs root file systems',
      required: true,
      found: false,
      remedy: 'sudo apt-get install --yes --no-install-recommends zstd',
    });
    expect(new Set(needs.map(({ kind }) => kind))).toEqual(
      new Set(['tool', 'backend', 'kernel', 'store', 'key']),
    );
  });
});

describe('mkve doctor --fix', () => {
  test('installs as root what is missing, each command line said before it runs, and looks again', async () => {
    const machine = await scriptedMachine({ script: bare('') });
    const { out } = await run(machine, { mode: 'fix' });
    const install =
      'env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends bubblewrap zstd';
    expect(out).toContain(`Setting up what is missing:\n  apt-get update\n  ${install}\n`);
    expect(machine.runner.ran('env')).toEqual([install]);
    expect(out).toMatch(/ {2}ok {7}zstd 1\.2\.3/);
  });

  test('lets sudo use the terminal when the caller is not root', async () => {
    const script = { ...bare('sudo '), 'sudo --version': {}, 'sudo usermod': {} };
    const machine = await scriptedMachine({ script, caller: STRANGER });
    const { out } = await run(machine, { mode: 'fix' });
    expect(machine.runner.ran('sudo')).toEqual([
      'sudo --version',
      'sudo apt-get update',
      'sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends bubblewrap zstd',
      'sudo usermod --add-subuids 165536-231071 mkve-test-stranger',
      'sudo usermod --add-subgids 165536-231071 mkve-test-stranger',
    ]);
    const [, update] = machine.runner.requests.filter(({ argv }) => argv[0] === 'sudo');
    expect(update?.terminal).toBe('inherit');
    expect(out).toContain('Setting up what is missing with sudo:');
  });

  test('names the command for an administrator where there is no sudo', async () => {
    const machine = await scriptedMachine({ script: bare(''), caller: STRANGER });
    const { status, errors } = await run(machine, { mode: 'fix' });
    expect(status).toBe(6);
    expect(errors).toContain('Ask an administrator to run:\n  apt-get update && apt-get install --yes');
    expect(machine.runner.ran('env')).toEqual([]);
  });

  test('goes on after a command that fails, and says so', async () => {
    const script = { ...bare(''), 'apt-get update': { status: 100 } };
    const machine = await scriptedMachine({ script });
    const { errors } = await run(machine, { mode: 'fix' });
    expect(errors).toBe('apt-get update ended with status 100');
    expect(machine.runner.ran('env')).toHaveLength(1);
  });

  test('makes a key where there is none, and says how to export it', async () => {
    const none = { 'gpg --batch --list-secret-keys': {}, 'gpg --batch --passphrase': {} };
    const machine = await scriptedMachine({ script: { ...WELL, ...none } });
    const { out } = await run(machine, { mode: 'fix' });
    expect(machine.runner.ran('gpg --batch --passphrase')).toHaveLength(1);
    expect(out).toContain('gpg --armor --export root@builder > mkve.asc');
  });

  test('runs nothing on a machine that lacks nothing', async () => {
    const machine = await scriptedMachine({});
    const { out } = await run(machine, { mode: 'fix' });
    expect(out).not.toContain('Setting up');
    expect(machine.runner.requests.every(({ terminal }) => terminal === undefined)).toBe(true);
  });

  test('keeps standard output for JSON', async () => {
    const machine = await scriptedMachine({ script: bare('') });
    const { out, errors } = await run(machine, { mode: 'fix', format: 'json' });
    expect(() => out.split('\n').map((line) => JSON.parse(line))).not.toThrow();
    expect(errors).toContain('  apt-get update\nReading package lists...');
    expect(machine.runner.ran('env')).toHaveLength(1);
  });
});

test('on the real machine, the exit status agrees with the needs and nothing is left behind', async () => {
  const directory = await tempDir({ 'gnupg/gpg.conf': '' });
  const { uid, gid, username } = userInfo();
  const machine: Machine = {
    runner: new ExecaCommandRunner(),
    caller: { uid, gid, name: username },
    environment: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: directory,
      GNUPGHOME: join(directory, 'gnupg'),
      TMPDIR: directory,
    },
    storeRoot: join(directory, 'cache', 'mkve'),
  };
  const { status, out } = await run(machine, { format: 'json' });
  const needs = out.split('\n').map((line) => JSON.parse(line));
  const missing = needs.filter(({ required, found }) => required && !found);
  expect(status).toBe(missing.length === 0 ? 0 : 6);
  for (const need of missing) expect(need.remedy ?? need.detail).toBeTypeOf('string');
  expect(needs).toContainEqual(expect.objectContaining({ name: 'sh', found: true }));
  expect(needs).toContainEqual(expect.objectContaining({ name: 'signing key', found: false }));
  expect(await readdir(directory)).toEqual(['gnupg']);
});
