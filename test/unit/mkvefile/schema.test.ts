import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { ok } from '../../../src/base/index.js';
import { defineConfig, dnf, hasher, mmdebstrap, rootfs } from '../../../src/mkvefile/index.js';
import { checkedBefore, keepChecked } from '../../../src/mkvefile/kept-check.js';
import type { CheckedConfig } from '../../../src/mkvefile/loaded.js';
import { checkConfig } from '../../../src/mkvefile/schema.js';
import { tempDir } from './temp-dir.js';

const FILES = {
  'templates/pptp/hypervisors': 'kvm\n',
  'hooks/greet': '#!/bin/sh\n',
  'conf/lxc/config': '',
  'keys/ours.gpg': '',
};

/** Whatever a config holds is there again when what came of its check was kept. */
async function expectKeepable(checked: CheckedConfig, directory: string): Promise<void> {
  const what = { exported: {}, file: join(directory, 'mkvefile.ts'), rules: 'these' };
  const kept = { directory, uid: process.getuid?.() ?? 0 };
  await keepChecked(what, kept, checked);
  expect(await checkedBefore(what, kept)).toStrictEqual(checked);
}

async function check(exported: unknown) {
  const directory = await tempDir(FILES);
  const checked = await checkConfig(exported, join(directory, 'mkvefile.ts'));
  if (!checked.ok) return { directory, result: checked };
  await expectKeepable(checked.value, directory);
  return { directory, result: ok(checked.value.config) };
}

async function mistakes(exported: unknown): Promise<readonly string[]> {
  const { result, directory } = await check(exported);
  if (result.ok) return [];
  return result.error.problems.map(({ message, hint }) => {
    const text = hint === undefined ? message : `${message}; ${hint}`;
    return text.replaceAll(`${directory}/`, '');
  });
}

const native = { path: './templates/pptp' };
const inline = { version: '1.0', hypervisors: { lxc: { packages: ['less'] } } };

describe('a good config', () => {
  test.each([{}, { format: 'tar' }, { format: 'tar.gz', level: 9 }, { format: 'tar.zst', level: 22 }])(
    'says how templates are packed: %j',
    async (pack) => {
      const { result } = await check({ templates: { pptp: { ...native, pack }, tiny: { ...inline, pack } } });
      expect(result.ok && result.value.templates.map((template) => template.pack)).toEqual([pack, pack]);
    },
  );

  test('says what hooks may take of the machine', async () => {
    const { result } = await check({
      templates: { a: native },
      limits: { processes: 100, memory: '2 GB', disk: '3 GB' },
    });
    expect(result.ok && result.value.limits).toEqual({
      processes: 100,
      memoryBytes: 2_000_000_000,
      diskBytes: 3_000_000_000,
    });
    expect(await mistakes({ templates: { a: native }, limits: { processes: 3, memory: 'much' } })).toEqual([
      'limits.processes: expected a whole number from 16, found 3',
      expect.stringContaining("limits.memory: expected a size such as '20 GB', or a number of bytes"),
    ]);
  });

  test('comes out with absolute paths and every default', async () => {
    const { result, directory } = await check(defineConfig({ templates: { pptp: native, tiny: inline } }));
    expect(result).toEqual({
      ok: true,
      value: {
        directory,
        templates: [
          {
            kind: 'native',
            name: 'pptp',
            keyPath: 'templates.pptp',
            directory: join(directory, 'templates/pptp'),
            output: { directory, pattern: 'out/{name}-{hypervisor}.bun' },
            network: [],
          },
          {
            kind: 'inline',
            name: 'tiny',
            keyPath: 'templates.tiny',
            template: { version: '1.0', hypervisors: { lxc: { packages: ['less'] } } },
            output: { directory, pattern: 'out/{name}-{hypervisor}.bun' },
            network: [],
          },
        ],
        packages: 'auto',
        hooks: [],
        sign: {},
        services: new Map(),
        hypervisors: new Map(),
        limits: {},
        cache: {},
      },
    });
  });

  test('may use every key', async () => {
    const { result, directory } = await check(
      defineConfig({
        templates: {
          pptp: {
            ...native,
            hypervisors: ['kvm'],
            output: '/srv/{name}-{version}.bun',
            network: ['30-fetch'],
          },
          tiny: {
            version: '1.0',
            vendor: 'us',
            license: 'MIT',
            hypervisors: {
              lxc: {
                packages: ['less'],
                hooks: ['01-root', './hooks/greet'],
                conf: './conf/lxc',
                version: '1.1',
              },
              kvm: {},
            },
            network: ['./hooks/greet'],
          },
        },
        packages: mmdebstrap({
          suite: 'bookworm',
          mirrors: ['https://deb.example.org/debian', 'deb [trusted=yes] file:/srv/debs ./'],
          components: ['main', 'contrib'],
          architecture: 'arm64',
          keyrings: ['./keys/ours.gpg'],
          variant: 'apt',
          recommends: true,
        }),
        hooks: ['./hooks'],
        sign: { key: 'ops@example.org' },
        services: { 'pptp-server': ['pptpd'] },
        hypervisors: { kvm: { packages: ['linux-image-cloud-amd64'] } },
        jobs: 4,
        cache: { directory: 'cache', maxSize: '20 GB' },
        sourceDateEpoch: 0,
      }),
    );
    expect(result).toMatchObject({
      ok: true,
      value: {
        templates: [
          {
            hypervisors: ['kvm'],
            output: { directory, pattern: '/srv/{name}-{version}.bun' },
            network: ['30-fetch'],
          },
          {
            template: {
              version: '1.0',
              vendor: 'us',
              license: 'MIT',
              hypervisors: {
                lxc: {
                  version: '1.1',
                  packages: ['less'],
                  hooks: ['01-root', join(directory, 'hooks/greet')],
                  conf: join(directory, 'conf/lxc'),
                },
                kvm: {},
              },
            },
            network: ['greet'],
          },
        ],
        packages: { backend: 'mmdebstrap', suite: 'bookworm', keyrings: [join(directory, 'keys/ours.gpg')] },
        hooks: [join(directory, 'hooks')],
        sign: { key: 'ops@example.org' },
        services: new Map([['pptp-server', ['pptpd']]]),
        hypervisors: new Map([['kvm', ['linux-image-cloud-amd64']]]),
        jobs: 4,
        cache: { directory: join(directory, 'cache'), maxBytes: 20_000_000_000 },
        sourceDateEpoch: 0,
      },
    });
  });

  test('may hold undefined where a key may be absent', async () => {
    expect(await mistakes({ templates: { tiny: inline }, sign: undefined, jobs: undefined })).toEqual([]);
  });

  test('may leave the bundles unsigned', async () => {
    expect((await check({ templates: { tiny: inline }, sign: false })).result).toMatchObject({
      value: { sign: false },
    });
  });
});

describe('a mistake names the key and what was expected', () => {
  test.each([
    [5, 'the default export: expected an object, found 5'],
    [{}, 'templates: expected an object with a template under each name, found nothing'],
    [{ templates: {} }, 'templates: expected at least one template, found an empty object'],
    [
      { templates: { a: { ...native, hypervisors: ['kvm', 7] } } },
      "templates.a.hypervisors[1]: expected the name of a hypervisor, such as 'kvm', found 7",
    ],
    [
      { templates: { a: { ...native, hypervisors: ['kvm', 'kvm'] } } },
      "templates.a.hypervisors[1]: 'kvm' is listed twice",
    ],
    [
      { templates: { 'A b': native } },
      "templates[\"A b\"]: expected a name of letters, digits, '.', '_', '+' and '-', with a letter or digit first, found 'A b'",
    ],
    [{ templates: { a: 'x' } }, "templates.a: expected an object, found 'x'"],
    [{ templates: { a: inline }, jobs: 0 }, 'jobs: expected a whole number from 1, found 0'],
    [{ templates: { a: inline }, jobs: '4' }, "jobs: expected a whole number from 1, found '4'"],
    [
      { templates: { a: inline }, cache: { maxSize: '20 GBytes' } },
      "cache.maxSize: expected a size such as '20 GB', or a number of bytes, found '20 GBytes'",
    ],
    [
      { templates: { a: inline }, sign: true },
      "sign: expected false or an object such as { key: 'ops@example.org' }, found true",
    ],
    [
      { templates: { a: inline }, services: { x: 'pptpd' } },
      "services.x: expected a list of package names, found 'pptpd'",
    ],
    [
      { templates: { a: inline }, hypervisors: { kvm: ['x'] } },
      'hypervisors.kvm: expected an object, found a list',
    ],
    [
      { templates: { a: { version: '1', hypervisors: { lxc: { packages: ['a b'] } } } } },
      "templates.a.hypervisors.lxc.packages[0]: expected the name of a package, found 'a b'",
    ],
    [
      { templates: { a: { version: '1', hypervisors: { lxc: { hooks: ['hooks/greet'] } } } } },
      "templates.a.hypervisors.lxc.hooks[0]: expected the name of a hook, or a path that begins with './', '../' or '/', found 'hooks/greet'",
    ],
    [
      { templates: { a: { ...inline, version: 1 } } },
      "templates.a.version: expected a version such as '1.0', found 1",
    ],
    [
      { templates: { a: inline }, services: { 'hypervisor-kvm': ['linux'] } },
      "services.hypervisor-kvm: 've-hypervisor-kvm' is what a hypervisor needs, not a service; write it as hypervisors: { 'kvm': { packages: […] } }",
    ],
    [
      { templates: { a: inline }, services: { 'a b': ['x'] } },
      'services["a b"]: expected the name of a service, which \'ve-a b\' can name in a package list',
    ],
    [
      { templates: { a: inline }, hypervisors: { KVM: { packages: [] } } },
      "hypervisors.KVM: 'KVM' is no name of a hypervisor: expected lower-case letters, digits, '_', '.' and '-', beginning with a letter or digit",
    ],
    [
      {
        templates: { a: inline },
        services: { a: ['x', 've-b'], b: ['ve-c'], c: [] },
      },
      "services.a[1]: 've-b' is a set that names a set itself, 've-c': expected at most one level of sets in sets; list the packages of the inner set instead",
    ],
    [
      { templates: { a: inline }, hypervisors: { kvm: { packages: ['ve-hypervisor-kvm'] } } },
      "hypervisors.kvm.packages[0]: 've-hypervisor-kvm' is a set that names a set itself, 've-hypervisor-kvm': expected at most one level of sets in sets; list the packages of the inner set instead",
    ],
    [
      { templates: { a: { version: '1', hypervisors: {} } } },
      'templates.a.hypervisors: expected at least one hypervisor, found an empty object',
    ],
  ])('%j', async (exported, message) => {
    expect(await mistakes(exported)).toEqual([message]);
  });

  test('an unknown key comes with the one that was meant', async () => {
    expect(await mistakes({ template: {}, templates: { a: { ...native, hypervisor: ['kvm'] } } })).toEqual([
      'template: unknown key; did you mean templates?',
      'templates.a.hypervisor: unknown key; did you mean hypervisors?',
    ]);
    expect(await mistakes({ templates: { a: native }, zzz: 1 })).toEqual([
      'zzz: unknown key; the keys known here are templates, packages, hooks, sign, services, hypervisors, jobs, limits, cache, sourceDateEpoch',
    ]);
  });

  test('a misspelt path is not taken for an inline template', async () => {
    expect(await mistakes({ templates: { a: { pathh: './templates/pptp' } } })).toEqual([
      'templates.a.pathh: unknown key; did you mean path?',
      'templates.a.path: expected the path of a template directory, found nothing',
    ]);
  });

  test('what is no backend is told which there are', async () => {
    const expected =
      "packages: expected 'auto', mmdebstrap({ … }), dnf({ … }), hasher({ … }) or rootfs({ … })";
    expect(await mistakes({ templates: { a: inline }, packages: 'dnf' })).toEqual([
      `${expected}, found 'dnf'`,
    ]);
    expect(await mistakes({ templates: { a: inline }, packages: { backend: 'zypper' } })).toEqual([
      `${expected}, found 'zypper'`,
    ]);
    expect(await mistakes({ templates: { a: inline }, packages: mmdebstrap })).toEqual([
      `${expected}, found a function`,
    ]);
  });

  test('the options of every other backend are checked too', async () => {
    const check = (packages: unknown) => mistakes({ templates: { a: inline }, packages });
    expect(await check(dnf({ repositories: [], database: 'var/lib/rpm' }))).toEqual([
      'packages.repositories: expected at least one repository, found a list',
      "packages.database: expected an absolute path in the root file system, found 'var/lib/rpm'",
    ]);
    expect(await check({ ...dnf(), signatures: 'optional', suite: 'x' })).toEqual([
      expect.stringContaining('packages.suite: unknown key'),
      "packages.signatures: expected 'required' or 'none', found 'optional'",
    ]);
    expect(await check({ backend: 'rootfs' })).toEqual([
      'packages.from: expected the path of an archive, a directory or an OCI image layout, found nothing',
    ]);
    expect(await check(rootfs({ from: './gone.tar' }))).toEqual([
      expect.stringMatching(
        /^packages\.from: expected a file or directory, and \S*gone\.tar does not exist$/,
      ),
    ]);
    expect(await check(hasher({ repositories: ['deb x y'], number: 0, workdir: './gone' }))).toEqual([
      "packages.repositories[0]: expected a line that begins with 'rpm ' or 'rpm-dir ', found 'deb x y'",
      'packages.number: expected a whole number from 1, found 0',
      expect.stringMatching(/^packages\.workdir: expected a directory, and /),
    ]);
  });

  test('the options of mmdebstrap are checked too', async () => {
    const packages = { backend: 'mmdebstrap', variant: 'minbas', mirrors: ['deb.example.org'], suites: 'x' };
    expect(await mistakes({ templates: { a: inline }, packages })).toEqual([
      'packages.suites: unknown key; did you mean suite?',
      "packages.mirrors[0]: expected a URL or a whole line that begins with 'deb ', found 'deb.example.org'",
      "packages.variant: expected one of minbase, apt, essential, required, buildd, important, debootstrap, standard, found 'minbas'; did you mean minbase?",
    ]);
  });

  test('missing paths are found, and found to be of the wrong kind', async () => {
    expect(
      await mistakes({
        templates: {
          a: { path: './nowhere' },
          b: { path: './hooks/greet' },
          c: { version: '1', hypervisors: { lxc: { hooks: ['./hooks/none'], conf: './conf/none' } } },
        },
        packages: mmdebstrap({ keyrings: ['keys/none.gpg'] }),
        hooks: ['./nohooks'],
      }),
    ).toEqual([
      'templates.a.path: expected a directory, and nowhere does not exist',
      'templates.b.path: expected a directory, and hooks/greet is something else',
      'templates.c.hypervisors.lxc.hooks[0]: expected a file, and hooks/none does not exist',
      'templates.c.hypervisors.lxc.conf: expected a directory, and conf/none does not exist',
      'packages.keyrings[0]: expected a file, and keys/none.gpg does not exist',
      'hooks[0]: expected a directory, and nohooks does not exist',
    ]);
  });

  test.each([
    [{ format: 'zip' }, "format: expected one of 'tar.gz', 'tar.zst', 'tar', found 'zip'"],
    [{ format: 'tar.gz', level: 10 }, 'level: expected a whole number from 1 to 9 for tar.gz, found 10'],
    [{ format: 'tar.zst', level: 23 }, 'level: expected a whole number from 1 to 22 for tar.zst, found 23'],
    [{ format: 'tar.zst', level: 0 }, 'level: expected a whole number from 1, found 0'],
    [{ format: 'tar', level: 1 }, 'level: a plain tar is not compressed and has no level'],
    [{ level: 3 }, 'level: expected a format beside it: each has levels of its own'],
  ])('how a template is packed must make sense: %j', async (pack, mistake) => {
    expect(await mistakes({ templates: { pptp: { ...native, pack } } })).toEqual([
      `templates.pptp.pack.${mistake}`,
    ]);
  });

  test('a hook that is allowed the network must be one that the template lists', async () => {
    const template = { version: '1', hypervisors: { lxc: { hooks: ['30-fetch'] } }, network: ['30-fecth'] };
    expect(await mistakes({ templates: { a: template } })).toEqual([
      "templates.a.network[0]: expected a hook that the template lists, found '30-fecth'; did you mean 30-fetch?",
    ]);
  });

  test('all mistakes are told at once', async () => {
    expect(await mistakes({ templates: { a: { path: 'no' } }, jobs: -1, x: 1 })).toHaveLength(3);
  });
});

describe('an output', () => {
  test('may hold only the placeholders there are', async () => {
    expect(await mistakes({ templates: { a: { ...inline, output: 'out/{hypervizor}-{x}.bun' } } })).toEqual([
      'templates.a.output: unknown placeholder {hypervizor}; did you mean {hypervisor}?',
      'templates.a.output: unknown placeholder {x}; known are {name}, {hypervisor}, {version}, {arch}',
    ]);
    expect(await mistakes({ templates: { a: { ...inline, output: 'out/{name.bun' } } })).toEqual([
      "templates.a.output: a brace without its partner in 'out/{name.bun'",
    ]);
  });

  test('that two targets share is a mistake', async () => {
    const two = { version: '1', hypervisors: { lxc: {}, kvm: {} }, output: 'out/{name}.bun' };
    expect(await mistakes({ templates: { a: two } })).toEqual([
      'templates.a.output: a/kvm would write the same file as a/lxc; write {hypervisor} somewhere in the output',
    ]);
    const same = { ...native, output: 'out/../out/x' };
    expect(await mistakes({ templates: { a: { ...inline, output: 'out/x.bun' }, b: same } })).toEqual([
      'templates.b.output: b/* would write the same file as a/lxc; write {name} somewhere in the output',
    ]);
  });

  test('that differs only in what is not known yet is no mistake', async () => {
    const versioned = { ...native, output: 'out/{version}.bun' };
    expect(await mistakes({ templates: { a: versioned, b: versioned } })).toEqual([]);
  });
});
