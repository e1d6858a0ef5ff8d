import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { mergeBundleArguments } from '../../../src/cli/bundle-arguments.js';
import { mkveBundleOptions, parseOptions } from '../../../src/cli/options/index.js';
import { locateTemplate } from '../../../src/cli/template-place.js';
import type { BundleConfig } from '../../../src/mkvefile/index.js';
import { tempDir } from '../mkvefile/temp-dir.js';

function merge(commandLine: string, config: BundleConfig = {}) {
  const argv = commandLine.split(' ').filter((word) => word !== '');
  const parsed = parseOptions(mkveBundleOptions, argv);
  if (!parsed.ok) return expect.fail(parsed.error.message);
  return mergeBundleArguments({ given: parsed.value, config, cwd: '/srv/project' });
}

function merged(commandLine: string, config: BundleConfig = {}) {
  const result = merge(commandLine, config);
  return result.ok ? result.value : expect.fail(JSON.stringify(result.error));
}

function mistake(commandLine: string, config: BundleConfig = {}) {
  const result = merge(commandLine, config);
  if (result.ok || result.error.kind !== 'usage-wrong') return expect.fail('expected a failure');
  return result.error.message;
}

const LEAST = '--hypervisor kvm --output box t';

describe('the arguments of mkve-bundle', () => {
  test('need a template, a hypervisor and an output, and have a default for all else', () => {
    expect(merged(LEAST)).toEqual({
      template: 't',
      hypervisor: 'kvm',
      output: '/srv/project/box.bun',
      hooks: ['/usr/share/mkve/hooks'],
      sign: 'gpg',
      debug: 'none',
      mirrors: [],
      verbosity: 'normal',
      locking: { packages: 'keep', network: 'allowed' },
    });
  });

  test('may come from the bundle-config alone', () => {
    const config: BundleConfig = {
      hypervisor: 'openvz',
      output: '/srv/x.bun',
      template: '/t',
      hooks: ['/h', 'rel'],
      forceNoSign: true,
      debugShell: true,
      backend: 'mmdebstrap',
      suite: 'sid',
      mirrors: ['https://a.example.org/'],
      verbose: true,
      logfile: 'log',
      arch: 'arm64',
      locked: true,
      offline: true,
    };
    expect(merged('', config)).toEqual({
      template: '/t',
      hypervisor: 'openvz',
      debug: 'shell',
      output: '/srv/x.bun',
      hooks: ['/h', '/srv/project/rel'],
      sign: 'none',
      backend: 'mmdebstrap',
      suite: 'sid',
      mirrors: ['https://a.example.org/'],
      verbosity: 'verbose',
      logfile: '/srv/project/log',
      arch: 'arm64',
      locking: { packages: 'require', network: 'offline' },
    });
  });

  test('of the command line win over those of the config', () => {
    const config: BundleConfig = {
      hypervisor: 'openvz',
      output: 'theirs',
      template: 'theirs',
      hooks: ['theirs'],
      mirrors: ['theirs'],
      verbose: true,
    };
    const commandLine = '--hyp kvm --out mine.bun --hooks a --hooks b --mirror m --quiet mine';
    expect(merged(commandLine, config)).toMatchObject({
      hypervisor: 'kvm',
      output: '/srv/project/mine.bun',
      template: 'mine',
      hooks: ['/srv/project/a', '/srv/project/b'],
      mirrors: ['m'],
      verbosity: 'quiet',
    });
  });

  test('say what is to become of the packages of the last build', () => {
    expect(merged(`${LEAST} --update`).locking.packages).toBe('update');
    expect(merged(`${LEAST} --locked`).locking.packages).toBe('require');
    expect(mistake(`${LEAST} --update --locked`)).toBe('update and locked exclude each other');
    expect(mistake(`${LEAST} --update`, { offline: true })).toBe('update and offline exclude each other');
  });

  test('name the template once, or twice alike', () => {
    expect(merged('--hyp kvm --out x --template t t').template).toBe('t');
    expect(merged('--hyp kvm --out x --template t', { template: 'other' }).template).toBe('t');
  });
});

test.each([
  ['', 'no template and no hypervisor and no output is given'],
  ['t', 'no hypervisor and no output is given'],
  ['t --hyp= --out x', 'no hypervisor is given'],
  ['--hyp kvm --out x --template a b', "the argument 'b' and --template 'a' name different templates"],
  ['--hyp kvm --out x a b', 'expected one template, found 2: a, b'],
  ['--hyp kvm --out out/ t', "output: expected a file, found the directory 'out/'"],
  ['--hyp kvm --out .. t', "output: expected a file, found the directory '..'"],
  [`${LEAST} --backend zypper`, "backend: expected auto, mmdebstrap, dnf, hasher, rootfs, found 'zypper'"],
  [`${LEAST} --verbose --quiet`, 'verbose and quiet exclude each other'],
])('the command line "%s" is a mistake: %s', (commandLine, message) => {
  expect(mistake(commandLine)).toBe(message);
});

test('a mistake in the name of a hypervisor is told in the words of the templates', () => {
  expect(mistake('--hyp KVM --out x t')).toMatch(/^hypervisor: 'KVM' is no name of a hypervisor/);
});

describe('a template', () => {
  test('is a directory, or else one that is installed', async () => {
    const cwd = await tempDir({ 'here/x': '', 'installed/here/x': '', 'installed/there/x': '' });
    const where = { cwd, installed: join(cwd, 'installed') };
    expect(await locateTemplate('here', where)).toEqual({ ok: true, value: join(cwd, 'here') });
    expect(await locateTemplate('there', where)).toEqual({ ok: true, value: join(cwd, 'installed/there') });
    expect(await locateTemplate(join(cwd, 'here'), where)).toEqual({ ok: true, value: join(cwd, 'here') });
  });

  test('that is a file here may still be an installed one', async () => {
    const cwd = await tempDir({ name: '' });
    await mkdir(join(cwd, 'installed/name'), { recursive: true });
    await writeFile(join(cwd, 'installed/name/hypervisors'), 'kvm\n');
    const found = await locateTemplate('name', { cwd, installed: join(cwd, 'installed') });
    expect(found).toEqual({ ok: true, value: join(cwd, 'installed/name') });
  });

  test('that is nowhere is a mistake that names each place looked at', async () => {
    const cwd = await tempDir();
    expect(await locateTemplate('none', { cwd })).toMatchObject({
      error: {
        message: `template 'none' was not found; looked for a directory at ${cwd}/none and /usr/share/mkve/templates/none`,
      },
    });
    expect(await locateTemplate('./none', { cwd })).toMatchObject({
      error: { message: `template './none' was not found; looked for a directory at ${cwd}/none` },
    });
  });
});
