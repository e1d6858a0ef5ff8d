import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { loadBundleConfig } from '../../../src/mkvefile/index.js';
import { spawnRunner } from '../../support/spawn-runner.js';
import { tempDir } from './temp-dir.js';

const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

async function load(text: string, env: Readonly<Record<string, string>> = {}) {
  const cwd = await tempDir({ 'bundle-config': text });
  const file = join(cwd, 'bundle-config');
  return {
    file,
    cwd,
    result: await loadBundleConfig({ file, cwd, env: { PATH, ...env }, runner: spawnRunner }),
  };
}

async function settings(text: string, env: Readonly<Record<string, string>> = {}) {
  const { result } = await load(text, env);
  return result.ok ? result.value.settings : expect.fail(JSON.stringify(result.error));
}

async function problems(text: string) {
  const { result, file } = await load(text);
  if (result.ok || result.error.kind !== 'config-invalid') return expect.fail('expected a failure');
  return result.error.problems.map(({ line, message }) => ({
    line,
    message: message.replaceAll(file, 'FILE'),
  }));
}

async function warnings(text: string) {
  const { result } = await load(text);
  if (!result.ok) return expect.fail(JSON.stringify(result.error));
  return result.value.warnings.map(({ line, message, hint }) => ({ line, message, hint }));
}

describe('a bundle-config', () => {
  test('that does not exist sets nothing', async () => {
    const cwd = await tempDir();
    const result = await loadBundleConfig({
      file: join(cwd, 'none'),
      cwd,
      env: { PATH },
      runner: spawnRunner,
    });
    expect(result).toEqual({ ok: true, value: { settings: {}, warnings: [], printed: '' } });
  });

  test('sets every option there is', async () => {
    const text = `
hypervisor=openvz
output=out/box.bun
template=pptp-server
hooks=(/a "/b c")
force_no_sign=yes
debug_shell=yes
backend=mmdebstrap
suite=bookworm
mirror=https://deb.example.org/debian
verbose=1
quiet=no
logfile=/tmp/log
arch=amd64
`;
    expect(await settings(text)).toEqual({
      hypervisor: 'openvz',
      output: 'out/box.bun',
      template: 'pptp-server',
      hooks: ['/a', '/b c'],
      forceNoSign: true,
      debugShell: true,
      backend: 'mmdebstrap',
      suite: 'bookworm',
      mirrors: ['https://deb.example.org/debian'],
      verbose: true,
      quiet: false,
      logfile: '/tmp/log',
      arch: 'amd64',
    });
  });

  test('is a program: tilde, substitutions, variables, conditions and side effects work', async () => {
    const text = `
template=~/packages/template
name=box
if [ -n "$name" ]; then output=$HOME/$name-$(printf %s today).bun; fi
mkdir -p made/here && hooks=$(cd made/here && pwd)
`;
    const { result, cwd } = await load(text, { HOME: '/home/me' });
    expect(result).toMatchObject({
      ok: true,
      value: {
        settings: {
          template: '/home/me/packages/template',
          output: '/home/me/box-today.bun',
          hooks: [join(cwd, 'made/here')],
        },
        warnings: [],
      },
    });
  });

  test('may hold any text in its values', async () => {
    expect(await settings(`output=$'a\\n b "c" \\'d\\' \\\\ волки.bun'`)).toEqual({
      output: `a\n b "c" 'd' \\ волки.bun`,
    });
  });

  test('may print what it likes without being taken at its word', async () => {
    const { result } = await load(
      `printf 'hypervisor\\0001\\000evil\\0'; echo to stderr >&2; hypervisor=kvm`,
    );
    expect(result).toMatchObject({ ok: true, value: { settings: { hypervisor: 'kvm' } } });
    if (result.ok) expect(result.value.printed).toContain('to stderr');
  });

  test('reads an empty standard input', async () => {
    expect(await settings('hypervisor=kvm; read -r answer || hypervisor=lxc')).toEqual({ hypervisor: 'lxc' });
  });

  test('takes nothing from the environment that only has the name of an option', async () => {
    expect(await settings('suite=bookworm', { hypervisor: 'kvm', output: 'x' })).toEqual({
      suite: 'bookworm',
    });
  });

  test('is not preceded by BASH_ENV', async () => {
    const before = join(await tempDir({ before: 'exit 7' }), 'before');
    expect(await settings('arch=arm64', { BASH_ENV: before })).toEqual({ arch: 'arm64' });
  });

  test('may end early by exit 0 or by return', async () => {
    expect(await settings('arch=arm64; exit 0\narch=amd64')).toEqual({ arch: 'arm64' });
    expect(await settings('arch=arm64; return\narch=amd64')).toEqual({ arch: 'arm64' });
  });

  test('may turn on the shell options of careful people', async () => {
    expect(await settings('set -euo pipefail\nIFS=,\nhooks=()\narch=arm64')).toEqual({ arch: 'arm64' });
  });

  test('leaves an option with an empty value as it was', async () => {
    expect(await settings('verbose=\nhypervisor=""\ndeclare output')).toEqual({});
  });

  test('must not be a directory', async () => {
    const cwd = await tempDir();
    await mkdir(join(cwd, 'directory'));
    const result = await loadBundleConfig({
      file: join(cwd, 'directory'),
      cwd,
      env: { PATH },
      runner: spawnRunner,
    });
    expect(result).toMatchObject({ ok: false, error: { kind: 'config-invalid' } });
  });
});

describe('a mistake in a bundle-config', () => {
  test('of syntax is told in the words of bash, with the line', async () => {
    const [problem] = await problems('arch=amd64\nif true; then\n)\n');
    expect(problem?.line).toBe(3);
    expect(problem?.message).toMatch(/^ended with status \d+: syntax error near unexpected token/);
  });

  test('that ends it is told with the line of the command', async () => {
    expect(await problems('arch=amd64\n\nno-such-command')).toEqual([
      { line: 3, message: 'ended with status 127: no-such-command: command not found' },
    ]);
  });

  test('that another program found is told in the words of that program', async () => {
    const [problem] = await problems('set -e\nmkdir /proc/none\n');
    expect(problem?.line).toBe(2);
    expect(problem?.message).toMatch(/^ended with status 1: mkdir: cannot create directory/);
  });

  test('of an unset variable under set -u is told with the line', async () => {
    expect(await problems('set -u\n\noutput=$nope\n')).toEqual([
      { line: 3, message: 'ended with status 127: nope: unbound variable' },
    ]);
  });

  test('is a status other than 0, also a silent one', async () => {
    expect(await problems('exit 3')).toEqual([{ line: undefined, message: 'ended with status 3' }]);
    expect(await problems('arch=x\nfalse')).toEqual([{ line: 2, message: 'ended with status 1' }]);
  });

  test('is a flag that is neither yes nor no, and all such mistakes are told at once', async () => {
    expect(await problems('verbose=maybe\nquiet=2\nsuite=(a b)')).toEqual([
      { line: undefined, message: 'suite: expected one value, found 2 in an array' },
      { line: undefined, message: "verbose: expected yes or no, found 'maybe'" },
      { line: undefined, message: "quiet: expected yes or no, found '2'" },
    ]);
  });

  test('is hiding its settings from us', async () => {
    const [problem] = await problems('trap true EXIT\nexit 0');
    expect(problem?.message).toContain('trap on EXIT');
  });

  test('is being ended by a signal', async () => {
    expect(await problems('kill -KILL $$')).toEqual([
      { line: undefined, message: 'was ended by the signal SIGKILL' },
    ]);
  });

  test('that bash goes on after is a warning', async () => {
    expect(await warnings('force-no-sign=yes\narch=amd64')).toEqual([
      {
        line: 1,
        message: 'force-no-sign=yes: command not found',
        hint: "if that is no mistake, write '|| true' after it",
      },
    ]);
  });

  test('in the name of an option is a warning with the name that was meant', async () => {
    expect(await warnings('hypervizor=kvm\nMY_OWN=1\nhook=/x')).toEqual([
      {
        line: undefined,
        message: 'the variable hook means nothing to mkve-bundle',
        hint: 'did you mean hooks?',
      },
      {
        line: undefined,
        message: 'the variable hypervizor means nothing to mkve-bundle',
        hint: 'did you mean hypervisor?',
      },
    ]);
  });
});

test('without bash the failure says what to install', async () => {
  const cwd = await tempDir({ 'bundle-config': 'arch=amd64', 'empty/none': '' });
  await chmod(join(cwd, 'bundle-config'), 0o644);
  const result = await loadBundleConfig({
    file: join(cwd, 'bundle-config'),
    cwd,
    env: { PATH: join(cwd, 'empty') },
    runner: { run: async () => ({ kind: 'not-found', program: 'bash' }) },
  });
  expect(result).toMatchObject({ ok: false, error: { kind: 'host-lacks', needs: [{ what: 'bash' }] } });
});
