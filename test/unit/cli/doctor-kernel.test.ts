import { describe, expect, test } from 'vitest';

import { checkKernel } from '../../../src/cli/doctor/kernel-needs.js';
import { formatArgv } from '../../../src/report/index.js';
import type { RunnerScript } from '../../support/scripted-runner.js';
import { named, ROOT, STRANGER, scriptedMachine, WELL } from './doctor-rig.js';

/** The needs of root, to whom the files of this machine do not matter. */
async function kernel(script: RunnerScript, caller = ROOT) {
  const machine = await scriptedMachine({ script: { ...WELL, ...script }, caller });
  const needs = await checkKernel(machine, { store: '/trial/store', temporary: '/trial/temporary' });
  return { needs, machine };
}

const REFUSED = { status: 1, stderr: 'unshare: unshare failed: Operation not permitted\n' };

function commandFor(needs: Awaited<ReturnType<typeof kernel>>['needs'], name: string): string {
  const mend = named(needs, name)?.mend;
  if (mend === undefined || !('argv' in mend)) return expect.fail(`no command for ${name}`);
  return formatArgv(mend.argv);
}

describe('the check of the kernel', () => {
  test('finds all abilities on a machine that has them, and reads no settings', async () => {
    const { needs, machine } = await kernel({});
    expect(needs.map(({ name, found }) => [name, found])).toEqual([
      ['user namespaces', true],
      ['worker namespaces', true],
      ['a /proc of its own', true],
      ['overlayfs for the store', true],
      ['overlayfs for temporary files', true],
      ['sandbox', true],
    ]);
    expect(machine.runner.ran('sh')).toEqual([]);
  });

  test('shows root’s workers the directories under places that they can reach', async () => {
    const { machine } = await kernel({});
    const [entered = ''] = machine.runner.ran('unshare --mount');
    expect(entered).toContain('/trial/store /mnt/store none bind');
    expect(entered).toContain('/trial/temporary /mnt/temporary none bind');
    expect(entered).toContain('bwrap --bind / /');
  });

  test.each([
    [
      'kernel/apparmor_restrict_unprivileged_userns=1',
      'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    ['kernel/unprivileged_userns_clone=0', 'sysctl -w kernel.unprivileged_userns_clone=1'],
    ['user/max_user_namespaces=0', 'sysctl -w user.max_user_namespaces=15000'],
  ])('names the command that lifts %s', async (setting, command) => {
    const script = { 'unshare --user': REFUSED, sh: { stdout: `/proc/sys/${setting}\n` } };
    const { needs } = await kernel(script, STRANGER);
    expect(named(needs, 'user namespaces')).toMatchObject({
      found: false,
      detail: 'unshare: unshare failed: Operation not permitted',
    });
    expect(commandFor(needs, 'user namespaces')).toBe(command);
  });

  test('does not blame a setting that leaves root alone, nor one that allows', async () => {
    const settings = [
      '/proc/sys/kernel/unprivileged_userns_clone=0',
      '/proc/sys/user/max_user_namespaces=1234',
      '',
    ].join('\n');
    const { needs } = await kernel({ 'unshare --user': REFUSED, sh: { stdout: settings } });
    expect(named(needs, 'user namespaces')?.mend).toMatchObject({ kind: 'advice' });
  });

  test('tries nothing else where there are no user namespaces', async () => {
    const { needs, machine } = await kernel({ 'unshare --user': REFUSED });
    expect(named(needs, 'sandbox')).toMatchObject({
      found: false,
      detail: 'not tried: it takes user namespaces first',
    });
    expect(named(needs, 'sandbox')).not.toHaveProperty('mend');
    expect(machine.runner.ran('unshare --mount')).toEqual([]);
  });

  test('says how to run a container in which parts of /proc are hidden', async () => {
    const stderr = 'unshare: mount /proc failed: Operation not permitted\n';
    const { needs } = await kernel({ 'unshare --mount': { status: 1, stderr } });
    expect(named(needs, 'user namespaces')).toMatchObject({ found: true });
    expect(named(needs, 'a /proc of its own')).toMatchObject({
      found: false,
      mend: { kind: 'advice', text: expect.stringContaining('systempaths=unconfined') },
    });
    expect(named(needs, 'sandbox')?.detail).toBe('not tried: it takes a /proc of its own first');
  });

  test('says what kept a worker out of namespaces that the kernel allows', async () => {
    const stderr = 'newuidmap: write to uid_map failed: Operation not permitted\nunshare: read failed\n';
    const { needs } = await kernel({ 'unshare --mount': { status: 1, stderr } });
    expect(named(needs, 'worker namespaces')).toMatchObject({
      found: false,
      detail: 'newuidmap: write to uid_map failed: Operation not permitted',
    });
    expect(named(needs, 'sandbox')?.detail).toBe('not tried: it takes worker namespaces first');
  });

  test('says why overlays fail: an old kernel, or the file system', async () => {
    const failed = (release: string) => ({
      'unshare --mount': {
        stdout: `entry yes\nproc yes\nkernel ${release}\nstore no mount: wrong fs type\ntemporary yes\nsandbox yes\n`,
      },
    });
    const old = await kernel(failed('5.10.0-28-amd64'));
    expect(named(old.needs, 'overlayfs for the store')).toMatchObject({
      detail: 'mount: wrong fs type',
      mend: { text: 'boot Linux 5.11 or newer; this is 5.10.0-28-amd64' },
    });
    const recent = await kernel(failed('6.1.0'));
    expect(named(recent.needs, 'overlayfs for the store')?.mend).toMatchObject({
      text: expect.stringContaining('MKVE_CACHE_DIR=DIRECTORY'),
    });
  });

  test('does not require overlays in the temporary directory', async () => {
    const stdout =
      'entry yes\nproc yes\nkernel 6.1.0\nstore yes\ntemporary no mount: wrong fs type\nsandbox yes\n';
    const { needs } = await kernel({ 'unshare --mount': { stdout } });
    expect(named(needs, 'overlayfs for temporary files')).toMatchObject({ found: false, required: false });
  });

  test('does not call the sandbox forbidden when bwrap is what is missing', async () => {
    const stdout =
      'entry yes\nproc yes\nkernel 6.1.0\nstore yes\ntemporary yes\nsandbox no mkve: 28: bwrap: not found\n';
    const { needs } = await kernel({ 'unshare --mount': { stdout } });
    expect(named(needs, 'sandbox')?.detail).toBe('not tried: it takes bwrap first');
  });

  test('asks for the ranges of an ordinary user before it tries what takes them', async () => {
    const { needs } = await kernel({}, STRANGER);
    expect(commandFor(needs, 'subordinate uids')).toBe(
      'usermod --add-subuids 165536-231071 mkve-test-stranger',
    );
    expect(named(needs, 'sandbox')?.detail).toBe('not tried: it takes subordinate ids first');
  });
});
