import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import type { CommandOutcome } from '../../../src/base/index.js';
import { alikeHooks } from '../../../src/cli/lint/alike-hooks.js';
import type { LintSubject, LintTemplate } from '../../../src/cli/lint/finding.js';
import { interpreterOf, interpreters } from '../../../src/cli/lint/interpreters.js';
import { shellcheck } from '../../../src/cli/lint/shellcheck.js';
import { staleOutputs } from '../../../src/cli/lint/stale-outputs.js';
import { unknownPackages } from '../../../src/cli/lint/unknown-packages.js';
import { unusedHooks } from '../../../src/cli/lint/unused-hooks.js';
import { privateDirectory, stockHooks, writeTree } from '../../support/template-tree.js';

let directory: string;
beforeEach(() => {
  directory = privateDirectory();
});

function hook(path: string, text = 'echo hello\n', start = '#!/bin/sh\n') {
  const file = join(directory, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${start}${text}`);
  chmodSync(file, 0o755);
  return { name: path.split('/').at(-1) ?? '', file };
}

type Hooks = Readonly<Record<string, ReturnType<typeof hook>[]>>;

const template = (name: string, hooks: Hooks, at?: string): LintTemplate => ({
  name,
  ...(at === undefined ? {} : { directory: join(directory, at) }),
  listedIn: (hypervisor) => `${name}/hooks-lists/${hypervisor}`,
  packagesIn: (hypervisor) => ({
    file: join(directory, at ?? name, 'packages-lists', hypervisor),
    isList: at !== undefined,
  }),
  targets: Object.entries(hooks).map(([hypervisor, listed]) => ({ hypervisor, hooks: listed })),
});

const subject = (templates: readonly LintTemplate[], more: Partial<LintSubject> = {}): LintSubject => ({
  templates,
  hookDirectories: [],
  stockDirectory: stockHooks,
  outputs: [],
  hasProgram: () => Promise.resolve(undefined),
  packagesLacking: () => Promise.resolve(undefined),
  ...more,
});

describe('unused hooks', () => {
  it('are those in a template or a shared directory that no list names', async () => {
    const used = hook('web/hooks/10-used');
    const shared = hook('shared/20-used');
    hook('web/hooks/10-unused');
    hook('web/hooks/.10-used.swp');
    hook('shared/README.md');
    hook('shared/20-unused');
    const found = await unusedHooks(
      subject([template('web', { lxc: [used], kvm: [shared] }, 'web')], {
        hookDirectories: [join(directory, 'shared')],
      }),
    );
    expect(found.map(({ file, code }) => [file, code])).toEqual([
      [join(directory, 'web/hooks/10-unused'), 'hook-unused'],
      [join(directory, 'shared/20-unused'), 'hook-unused'],
    ]);
  });

  it('are not guessed at while a template cannot be read', async () => {
    hook('web/hooks/10-a');
    hook('shared/20-a');
    const broken = subject([template('web', {}, 'web')], { hookDirectories: [join(directory, 'shared')] });
    expect(await unusedHooks(broken)).toEqual([]);
  });
});

describe('unknown packages', () => {
  const lists = { lxc: [], kvm: [] };

  it('are told at their lines, or where the list as a whole stands', async () => {
    writeTree(directory, { 'web/packages-lists/lxc': '# ours\n\nnginx # web\n ngimx\nve-sshd\n' });
    const packagesLacking = (target: string) =>
      Promise.resolve(target === 'web/lxc' || target === 'inline/lxc' ? ['ngimx', 'from-a-set'] : undefined);
    const found = await unknownPackages(
      subject([template('web', lists, 'web'), template('inline', lists)], { packagesLacking }),
    );
    const list = join(directory, 'web/packages-lists/lxc');
    expect(found.map(({ file, line, code, severity }) => [file, line, code, severity])).toEqual([
      [list, 4, 'package-unknown', 'error'],
      [list, undefined, 'package-unknown', 'error'],
      [join(directory, 'inline/packages-lists/lxc'), undefined, 'package-unknown', 'error'],
      [join(directory, 'inline/packages-lists/lxc'), undefined, 'package-unknown', 'error'],
    ]);
    expect(found[0]?.message).toBe("the locked repository has no package 'ngimx' for web/lxc");
  });

  it('are none where nobody knows the repository', async () => {
    expect(await unknownPackages(subject([template('web', lists, 'web')]))).toEqual([]);
  });
});

describe('hooks that differ by accident', () => {
  const codes = async (...templates: readonly LintTemplate[]) =>
    (await alikeHooks(subject(templates))).map(({ code }) => code);

  it('have one name, are different files, and do the same but for comments and spaces', async () => {
    const one = hook('a/10-net', 'echo net\n');
    const other = hook('b/10-net', '\n# Our network.\necho net  \n');
    expect(await codes(template('t', { lxc: [one], kvm: [other] }))).toEqual(['hook-copied']);
    expect(await codes(template('t', { lxc: [one] }), template('u', { lxc: [other] }))).toEqual([
      'hook-copied',
    ]);
  });

  it('are different things under one name in one template', async () => {
    const one = hook('a/10-net', 'echo lxc\n');
    const other = hook('b/10-net', 'echo kvm\n');
    const [found] = await alikeHooks(subject([template('t', { lxc: [one], kvm: [other] })]));
    expect(found).toMatchObject({ file: 't/hooks-lists/kvm', code: 'hook-differs' });
    expect(found?.message).toContain(`${other.file} for kvm and ${one.file} for lxc`);
    expect(await codes(template('t', { lxc: [one] }), template('u', { lxc: [other] }))).toEqual([]);
  });

  it('are copies of stock hooks', async () => {
    const { readFileSync } = await import('node:fs');
    const copy = hook('a/02-mtab', readFileSync(join(stockHooks, '02-mtab'), 'utf8'), '');
    expect(await codes(template('t', { lxc: [copy] }))).toEqual(['hook-copied']);
    const stock = { name: '02-mtab', file: join(stockHooks, '02-mtab') };
    expect(await codes(template('t', { lxc: [stock] }))).toEqual([]);
  });
});

describe('interpreters', () => {
  it.each([
    ['#!/bin/sh\n', { program: '/bin/sh', by: 'kernel' }],
    ['#! /usr/bin/perl -w\n', { program: '/usr/bin/perl', by: 'kernel' }],
    ['#!/usr/bin/env python3\n', { program: 'python3', by: 'env' }],
    ['#!/usr/bin/env -S LANG=C python3 -u\n', { program: 'python3', by: 'env' }],
    ['#!\n', undefined],
    ['\u007fELF', undefined],
  ])('of %j', (start, expected) => {
    expect(interpreterOf(start)).toEqual(expected);
  });

  it('are missed where the root file system is known, and not where it is not', async () => {
    const python = hook('10-a', '', '#!/usr/bin/env python3\n');
    const shell = hook('20-b');
    const asked: string[] = [];
    const templates = [template('t', { lxc: [python, shell], kvm: [python] })];
    const known = subject(templates, {
      hasProgram: (target, path) => {
        asked.push(`${target} ${path}`);
        return Promise.resolve(path === '/bin/sh');
      },
    });
    expect(await interpreters(known)).toMatchObject([
      { file: python.file, line: 1, code: 'hook-interpreter' },
    ]);
    expect(asked).toContain('t/lxc /usr/bin/python3');
    expect(await interpreters(subject(templates))).toEqual([]);
  });
});

describe('shellcheck', () => {
  const check = (outcome: CommandOutcome, calls: string[][] = []) =>
    shellcheck({
      runner: () =>
        Promise.resolve({
          run: ({ argv }) => {
            calls.push([...argv]);
            return Promise.resolve(outcome);
          },
        }),
      env: {},
      signal: new AbortController().signal,
    });
  const exited = (status: number, stdout: string, stderr = ''): CommandOutcome => ({
    kind: 'exited',
    status,
    stdout: Buffer.from(stdout),
    stderr: Buffer.from(stderr),
  });

  it('is asked about shell scripts only, and its errors and warnings are findings', async () => {
    const shell = hook('10-a');
    const perl = hook('20-b', '', '#!/usr/bin/perl\n');
    const stock = { name: '01-root', file: join(stockHooks, '01-root') };
    const calls: string[][] = [];
    const said = JSON.stringify({
      comments: [{ file: shell.file, line: 2, level: 'warning', code: 2086, message: 'Double quote.' }],
    });
    const found = await check(
      exited(1, said),
      calls,
    )(subject([template('t', { lxc: [shell, perl, stock] })]));
    expect(found).toEqual([
      { file: shell.file, line: 2, message: 'Double quote', severity: 'warning', code: 'SC2086' },
    ]);
    expect(calls.map((argv) => argv.slice(argv.indexOf('--') + 1))).toEqual([[shell.file]]);
  });

  it('may be missing, and says so when it fails', async () => {
    const subjectOf = subject([template('t', { lxc: [hook('10-a')] })]);
    expect(await check({ kind: 'not-found', program: 'shellcheck' })(subjectOf)).toEqual([]);
    expect(await check(exited(3, '', 'unknown option'))(subjectOf)).toMatchObject([
      { code: 'shellcheck', message: 'shellcheck failed, so scripts were not checked: unknown option' },
    ]);
  });
});

describe('stale outputs', () => {
  it('are bundles only: other files beside the outputs are nobody\u2019s business', async () => {
    writeTree(directory, { 'out/old.bun': 'no bundle', 'out/notes': 'x' });
    const outputs = [join(directory, 'out/new.bun')];
    expect(await staleOutputs(subject([template('t', { lxc: [] })], { outputs }))).toEqual([]);
  });
});
