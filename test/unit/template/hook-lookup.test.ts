import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import { type HookPlaces, lookUpHook } from '../../../src/template/hook-lookup.js';
import { privateDirectory, writeTree } from '../../support/template-tree.js';

const script = '#!/bin/sh\n';

describe('lookUpHook', () => {
  let directory: string;
  let places: HookPlaces;

  beforeEach(() => {
    directory = privateDirectory();
    for (const name of ['own', 'first', 'second', 'stock'])
      mkdirSync(join(directory, name, 'hooks'), { recursive: true });
    const at = (name: string): string => join(directory, name, 'hooks');
    places = { directories: [at('own'), at('first'), at('second')], stock: at('stock') };
  });

  const add = (path: string, content: string = script): string => {
    writeTree(directory, { [path]: content });
    return join(directory, path);
  };
  const messagesOf = (name: string): readonly string[] =>
    lookUpHook(name, places).findings.map(({ message }) => message);

  it('takes the first of all places that has the hook', () => {
    for (const place of ['stock', 'second', 'first', 'own']) {
      const file = add(`${place}/hooks/a`, `${script}# ${place}\n`);
      expect(lookUpHook('a', places).hook).toEqual({
        name: 'a',
        file,
        digest: digestOf(`${script}# ${place}\n`),
        args: [],
      });
    }
  });

  it('names every place when the hook is nowhere, and a name near by', () => {
    add('second/hooks/01-root');
    const { hook, findings, reads } = lookUpHook('01-roto', places);
    const looked = ['own', 'first', 'second', 'stock'].map((place) =>
      join(directory, place, 'hooks', '01-roto'),
    );
    expect(hook).toBeUndefined();
    expect(findings).toEqual([
      {
        message: `hook '01-roto' was not found; looked at ${looked.join(', ')}`,
        hint: 'did you mean 01-root?',
        severity: 'error',
        code: 'hook-missing',
        about: 'list',
      },
    ]);
    expect(reads).toEqual(looked);
  });

  it('passes over hook directories that do not exist', () => {
    const file = add('stock/hooks/a');
    const hook = lookUpHook('a', {
      ...places,
      directories: [join(directory, 'none'), join(file, 'below')],
    }).hook;
    expect(hook?.file).toBe(file);
  });

  it('says how to make a hook executable, and does not look further', () => {
    add('stock/hooks/a');
    const file = add('own/hooks/a');
    chmodSync(file, 0o644);
    expect(lookUpHook('a', places)).toMatchObject({
      findings: [
        { message: `hook 'a': ${file} is not executable`, hint: `run: chmod +x ${file}`, severity: 'error' },
      ],
    });
  });

  it('quotes a path that a shell would split', () => {
    const file = add("own/hooks/it's a hook");
    chmodSync(file, 0o600);
    expect(lookUpHook("it's a hook", places).findings[0]?.hint).toBe(
      `run: chmod +x '${file.replace("'", "'\\''")}'`,
    );
  });

  it.each([
    ['a directory', (path: string) => mkdirSync(path)],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
    ['a device', (path: string) => symlinkSync('/dev/null', path)],
    ["a dangling symbolic link to 'nowhere'", (path: string) => symlinkSync('nowhere', path)],
    ['a symbolic link in a circle', (path: string) => symlinkSync('a', path)],
  ])('says that a hook is %s', (what, make) => {
    const path = join(directory, 'own/hooks/a');
    make(path);
    expect(messagesOf('a')).toEqual([`hook 'a': ${path} is ${what}, expected an executable file`]);
  });

  it('follows symbolic links and digests what they lead to', () => {
    const target = add('own/hooks/real', `${script}# real\n`);
    const file = join(directory, 'first/hooks/a');
    symlinkSync(target, file);
    const { hook, reads } = lookUpHook('a', places);
    expect(hook).toMatchObject({ file, digest: digestOf(`${script}# real\n`) });
    expect(reads).toContain(target);
  });

  it('warns of a file that the kernel cannot run', () => {
    const file = add('own/hooks/a', 'echo hello\n');
    expect(lookUpHook('a', places)).toMatchObject({
      hook: { file },
      findings: [
        {
          severity: 'warning',
          message: `${file} begins neither with '#!' nor as an ELF program, so the kernel cannot run it`,
        },
      ],
    });
  });

  it('warns of an interpreter whose name ends in CR', () => {
    add('own/hooks/a', '#!/bin/sh\r\necho hello\r\n');
    expect(lookUpHook('a', places).findings).toMatchObject([{ severity: 'warning' }]);
  });

  it('has nothing against a compiled program', () => {
    writeFileSync(join(directory, 'own/hooks/a'), Buffer.from('\x7fELF\x02', 'latin1'), { mode: 0o755 });
    expect(messagesOf('a')).toEqual([]);
  });

  describe('of the chkconfig family', () => {
    it.each([
      ['03-chkconfig_ssh_on', ['ssh', 'on']],
      ['3-chkconfig_rawdevices_off', ['rawdevices', 'off']],
      ['10-chkconfig_my_own_service_on', ['my_own_service', 'on']],
      ['10-chkconfig_a_off_on', ['a_off', 'on']],
      ['10-chkconfig_getty@tty1.service_on', ['getty@tty1.service', 'on']],
    ])('resolves %s to the stock hook', (name, args) => {
      const file = add('stock/hooks/chkconfig');
      expect(lookUpHook(name, places).hook).toMatchObject({ name, file, args });
    });

    it('lets a file of the same name win', () => {
      add('stock/hooks/chkconfig');
      const file = add('second/hooks/03-chkconfig_ssh_on');
      expect(lookUpHook('03-chkconfig_ssh_on', places).hook).toMatchObject({ file, args: [] });
    });

    it.each([
      '03-chkconfig_ssh',
      '03-chkconfig_ssh_ON',
      'chkconfig',
      'chkconfig_ssh_on',
      '03-chkconfig_-x_on',
      '03-chkconfig__on',
    ])('says how the name should look instead of %s', (name) => {
      add('stock/hooks/chkconfig');
      const { hook, findings } = lookUpHook(name, places);
      expect(hook).toBeUndefined();
      expect(findings[0]?.hint).toContain('NN-chkconfig_SERVICE_on');
    });
  });
});
