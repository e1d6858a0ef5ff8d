import { chmod } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import { checkTools } from '../../../src/cli/doctor/check-tools.js';
import { missingNeeds, packageManagerOf } from '../../../src/cli/doctor/index.js';
import { TOOLS } from '../../../src/cli/doctor/tools.js';
import { isAtLeast, versionIn } from '../../../src/cli/doctor/version.js';
import { tempDir } from '../mkvefile/temp-dir.js';
import { named, ROOT, STRANGER, scriptedMachine, WELL } from './doctor-rig.js';

async function tools(given: Parameters<typeof scriptedMachine>[0]) {
  const machine = await scriptedMachine(given);
  return checkTools(machine, packageManagerOf(machine.etc));
}

describe('the check of the tools', () => {
  test('finds each with its version', async () => {
    const needs = await tools({});
    expect(needs.every(({ found }) => found)).toBe(true);
    expect(named(needs, 'tar')).toMatchObject({ version: '1.34', required: true });
    expect(named(needs, 'sh')).not.toHaveProperty('version');
  });

  test('asks for newuidmap and newgidmap only when the caller is not root', async () => {
    expect(named(await tools({ caller: ROOT }), 'newuidmap')).toBeUndefined();
    expect(named(await tools({ caller: STRANGER }), 'newuidmap')).toMatchObject({ found: true });
  });

  test('names the package of this distribution for what is missing', async () => {
    const script = { ...WELL, gpg: 'not-found', 'gpg --version': 'not-found' } as const;
    expect(named(await tools({ script }), 'gpg')).toMatchObject({
      found: false,
      mend: { kind: 'package', name: 'gnupg' },
    });
    const onFedora = await tools({ script, system: 'ID="rocky"\nID_LIKE="rhel centos fedora"\n' });
    expect(named(onFedora, 'gpg')?.mend).toEqual({ kind: 'package', name: 'gnupg2' });
    const onUnknown = await tools({ script, system: 'ID=plan9\n' });
    expect(named(onUnknown, 'gpg')?.mend).toMatchObject({ kind: 'advice' });
  });

  test('does not take a tar or cp of another maker', async () => {
    const script = { ...WELL, tar: { stdout: 'bsdtar 3.6.2\n' }, cp: { stdout: 'BusyBox v1.35.0\n' } };
    const needs = await tools({ script });
    expect(named(needs, 'tar')).toMatchObject({
      found: false,
      detail: 'the one found is not that of GNU tar',
    });
    expect(named(needs, 'cp')).toMatchObject({ found: false, mend: { kind: 'package', name: 'coreutils' } });
  });

  test('says that an ordinary user needs a newer unshare than root', async () => {
    const script = { ...WELL, 'unshare --version': { stdout: 'unshare from util-linux 2.37.2\n' } };
    expect(named(await tools({ script, caller: ROOT }), 'unshare')).toMatchObject({ found: true });
    expect(named(await tools({ script, caller: STRANGER }), 'unshare')).toMatchObject({
      found: false,
      detail: 'util-linux 2.38 or newer is needed, this is 2.37.2',
      mend: { kind: 'advice' },
    });
  });
});

describe('the preflight of a build', () => {
  async function programs(names: readonly string[]): Promise<string> {
    const directory = await tempDir(Object.fromEntries(names.map((name) => [name, ''])));
    for (const name of names) await chmod(`${directory}/${name}`, 0o755);
    return directory;
  }

  const BUILDING = TOOLS.filter(({ purpose }) => purpose === 'building').map(({ name }) => name);

  test('finds nothing missing when all programs are on the path', async () => {
    const path = `/none-such:${await programs(BUILDING)}`;
    expect(missingNeeds({ caller: ROOT, path })).toEqual([]);
  });

  test('wants gpg only of builds that sign', async () => {
    const etc = await tempDir({ 'os-release': 'ID=debian\n' });
    const needs = missingNeeds({ caller: ROOT, path: await programs(BUILDING), signing: 'gpg', etc });
    expect(needs.map(({ remedy }) => remedy)).toEqual([
      'apt-get install --yes --no-install-recommends gnupg',
      'apt-get install --yes --no-install-recommends gpg-agent',
    ]);
  });

  test('wants of a run that builds nothing no more than the tools it names, and no ids', async () => {
    const etc = await tempDir({ subuid: '', subgid: '' });
    const path = await programs(['tar']);
    expect(missingNeeds({ caller: STRANGER, path, etc, only: ['tar'] })).toEqual([]);
    const needs = missingNeeds({ caller: STRANGER, path, etc, only: ['tar', 'unshare'] });
    expect(needs.map(({ what }) => what)).toEqual(['unshare']);
  });

  test('takes neither a directory nor a file that is not executable for a program', async () => {
    const path = await tempDir({ 'zstd/readme': '', bwrap: '' });
    const missing = missingNeeds({ caller: ROOT, path }).map(({ what }) => what);
    expect(missing).toEqual(expect.arrayContaining(['zstd', 'bwrap']));
  });

  test('names the commands that give an ordinary user a range which nobody has', async () => {
    const etc = await tempDir({ subuid: 'a:100000:65536\nb:165536:65536\n', subgid: 'a:300000:10\n' });
    const needs = missingNeeds({
      caller: STRANGER,
      path: await programs(TOOLS.map(({ name }) => name)),
      etc,
    });
    expect(needs).toEqual([
      {
        what: 'subordinate uids',
        why: 'files of a root file system belong to many users',
        remedy: 'sudo usermod --add-subuids 300010-365545 mkve-test-stranger',
      },
      {
        what: 'subordinate gids',
        why: 'files of a root file system belong to many users',
        remedy: 'sudo usermod --add-subgids 300010-365545 mkve-test-stranger',
      },
    ]);
  });
});

test.each([
  ['ID=debian', 'apt'],
  ['ID=linuxmint\nID_LIKE="ubuntu debian"', 'apt'],
  ['ID=fedora', 'dnf'],
  ['ID=altlinux', 'apt-rpm'],
  ['NAME="debian"\nVARIANT_ID=debian', undefined],
])('os-release %j means the package manager %s', async (system, name) => {
  expect(packageManagerOf(await tempDir({ 'os-release': system }))?.name).toBe(name);
});

test('without os-release no package manager is assumed', async () => {
  expect(packageManagerOf(await tempDir())).toBeUndefined();
});

test.each([
  ['apt 2.6.1 (amd64)', '2.6.1'],
  ['GNU bash, version 5.2.15(1)-release', '5.2.15'],
  ['*** Zstandard CLI (64-bit) v1.5.4, by Yann Collet ***', '1.5.4'],
  ['mount from util-linux 2.40-rc1 (libmount 2.40)', '2.40-rc1'],
  ['usage: newuidmap <pid>', undefined],
])('the version in %j is %s', (text, version) => {
  expect(versionIn(text)).toBe(version);
});

test('versions compare by numbers and not by letters', () => {
  expect(isAtLeast('5.9.16', '5.11')).toBe(false);
  expect(isAtLeast('5.11', '5.11')).toBe(true);
  expect(isAtLeast('6.1.0-13-amd64', '5.11')).toBe(true);
  expect(isAtLeast('6', '5.11')).toBe(true);
});
