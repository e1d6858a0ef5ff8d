import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import {
  privateDirectory,
  readTemplate,
  said,
  stockHooks,
  type Tree,
  templateWith,
} from '../../support/template-tree.js';

const whole: Tree = {
  hypervisors: ['openvz', '# the rest', 'kvm'],
  'version/openvz': 'template_version=0.02\n',
  'version/kvm': 'template_version="0.03"\n',
  'packages-lists/openvz': ['less', '', 'vim # an editor'],
  'packages-lists/kvm': '',
  'hooks-lists/openvz': ['greet', '01-root', '03-chkconfig_ssh_on', 'greet'],
  'hooks/greet': "#!/bin/sh\necho 'волки рыщут - пищу ищут!'\n",
  'conf/openvz/config': 'DEVNODES="/dev/ppp:rw "\n',
  'vendor/openvz': 'Ours # really\n',
  'license/openvz': '# SPDX\nGPL-2.0-or-later\n',
};

describe('readNativeTemplate', () => {
  it('reads a whole template', () => {
    const directory = templateWith(whole);
    const reading = readTemplate(`${directory}/`);
    if (!reading.ok) return expect(reading.error.problems).toEqual([]);
    const greet = {
      name: 'greet',
      file: join(directory, 'hooks/greet'),
      digest: digestOf(String(whole['hooks/greet'])),
      args: [],
    };
    const [openvz, kvm] = reading.value.targets;
    expect(reading.value).toMatchObject({ name: 'web', warnings: [] });
    expect(openvz).toMatchObject({
      name: 'web',
      hypervisor: 'openvz',
      version: '0.02',
      packages: ['less', 'vim'],
      hooks: [
        greet,
        { name: '01-root' },
        { args: ['ssh', 'on'], file: join(stockHooks, 'chkconfig') },
        greet,
      ],
      conf: [{ path: 'config', file: join(directory, 'conf/openvz/config'), mode: 0o644, size: 24 }],
      vendor: 'Ours # really',
      license: 'GPL-2.0-or-later',
    });
    expect(kvm).toMatchObject({ hypervisor: 'kvm', version: '0.03', packages: [], hooks: [], conf: [] });
    expect(Object.keys(kvm ?? {})).not.toContain('vendor');
  });

  it('names every path it looked at, there or not', () => {
    const directory = templateWith(whole);
    const reading = readTemplate(directory);
    const reads = reading.ok ? reading.value.reads : [];
    const expected = [
      '',
      'hypervisors',
      'hooks-lists/kvm',
      'conf/kvm',
      'conf/openvz/config',
      'hooks/01-root',
      'hooks/greet',
    ];
    expect(reads).toEqual(expect.arrayContaining(expected.map((path) => join(directory, path))));
    expect(reads).toContain(join(stockHooks, '01-root'));
    const kvm = reading.ok ? reading.value.targets[1] : undefined;
    expect(kvm?.reads).not.toContain(join(directory, 'conf/openvz/config'));
  });

  it('takes its name from the directory a symbolic link leads to', () => {
    const directory = templateWith({});
    const link = join(privateDirectory(), 'link');
    symlinkSync(directory, link);
    expect(readTemplate(link)).toMatchObject({ ok: true, value: { name: 'web' } });
  });

  it('prefers a name it is given, and checks it', () => {
    expect(readTemplate(templateWith({}), { name: 'other' })).toMatchObject({
      ok: true,
      value: { name: 'other' },
    });
    const directory = templateWith({});
    expect(said(readTemplate(directory, { name: 'a b' }))).toEqual([
      `${directory} error: 'a b' cannot name a template: expected letters, digits, '_', '.', '+' and '-', beginning with a letter or digit`,
    ]);
  });

  it('reports a template that is not there, or is a file, in one problem', () => {
    const directory = templateWith({});
    const missing = join(directory, 'none');
    const file = join(directory, 'hypervisors');
    expect(said(readTemplate(missing))).toEqual([
      `${missing} error: there is no such directory: expected the directory of a template`,
    ]);
    expect(said(readTemplate(file))).toEqual([
      `${file} error: found a file: expected the directory of a template`,
    ]);
  });

  it('reports all problems of all hypervisors at once, with file and line', () => {
    const directory = templateWith({
      hypervisors: ['openvz', 'kvm', 'LXC'],
      'version/kvm': 'template_version=\n',
      'packages-lists/openvz': ['less', 'vim vi'],
      'hooks-lists/openvz': ['', 'no-such-hook'],
      'hooks-lists/kvm': ['no-such-hook', 'a/b'],
      'conf/openvz/config': ['ONBOOT="yes"', 'DEVNODE="x'],
      'vendor/kvm': 'one\ntwo\n',
    });
    expect(said(readTemplate(directory)).map((text) => text.replace(/; looked at .*/, ''))).toEqual([
      "hypervisors:3 error: 'LXC' is no name of a hypervisor: expected lower-case letters, digits, '_', '.' and '-', beginning with a letter or digit",
      "packages-lists/openvz:2 error: expected one package a line, found 'vim vi'",
      "hooks-lists/openvz:2 error: hook 'no-such-hook' was not found",
      'conf/openvz/config:2 error: DEVNODE: the closing " is missing',
      "version/kvm:1 error: '' is no version: expected letters, digits, '.', '+', '~', '_' and '-', beginning with a letter or digit",
      'packages-lists/kvm error: the file is missing: expected the packages for kvm, one a line (it may be empty)',
      "hooks-lists/kvm:2 error: 'a/b' is a path: expected the name of a hook, without '/'",
      "hooks-lists/kvm:1 error: hook 'no-such-hook' was not found",
      'vendor/kvm:2 error: expected one line of text, found 2',
    ]);
  });

  it('says what each missing file should hold', () => {
    expect(said(readTemplate(templateWith({ hypervisors: null })))).toEqual([
      'hypervisors error: the file is missing: expected the hypervisors that the template supports, one a line',
    ]);
    expect(
      said(readTemplate(templateWith({ 'version/openvz': null, 'packages-lists/openvz': null }))),
    ).toEqual([
      'version/openvz error: the file is missing: expected a line template_version=VERSION for openvz',
      'packages-lists/openvz error: the file is missing: expected the packages for openvz, one a line (it may be empty)',
    ]);
  });

  it('wants at least one hypervisor', () => {
    expect(said(readTemplate(templateWith({ hypervisors: '# none yet\n' })))).toEqual([
      'hypervisors error: no hypervisor is listed: expected at least one',
    ]);
  });

  it('tells once what is wrong with a hook that several lists name', () => {
    const directory = templateWith({
      ...whole,
      'hooks-lists/openvz': ['greet', 'greet'],
      'hooks-lists/kvm': ['greet'],
    });
    chmodSync(join(directory, 'hooks/greet'), 0o644);
    expect(said(readTemplate(directory))).toEqual([
      `hooks-lists/openvz:1 error: hook 'greet': ${join(directory, 'hooks/greet')} is not executable`,
    ]);
  });

  it('warns of what it does not read, and suggests what was meant', () => {
    const directory = templateWith({
      'hook-lists/openvz': 'x\n',
      'confs/openvz/config': '',
      'stuff.txt': '',
      'packages-lists/opnvz': 'x\n',
      'version/qemu': 'x\n',
    });
    const reading = readTemplate(directory);
    expect(reading.ok && reading.value.warnings.map(({ file, hint }) => [file, hint])).toEqual([
      ['confs', 'did you mean conf?'],
      ['hook-lists', 'did you mean hooks-lists?'],
      [
        'stuff.txt',
        'a template holds hypervisors, hooks, version, packages-lists, hooks-lists, conf, vendor, license',
      ],
      ['version/qemu', 'add qemu to hypervisors, or remove this'],
      ['packages-lists/opnvz', 'did you mean openvz?'],
    ]);
  });

  it('says nothing of backups, hidden files and papers', () => {
    const strays = {
      'README.md': '',
      LICENSE: '',
      '.gitignore': '',
      'hypervisors~': '',
      'version/.openvz.swp': '',
    };
    expect(said(readTemplate(templateWith({ ...strays, 'packages-lists/openvz~': '' })))).toEqual([]);
  });

  it('says so when a directory or a FIFO stands where a file should', () => {
    const directory = templateWith({
      'version/openvz': null,
      'version/.keep': '',
      'packages-lists/openvz': null,
    });
    mkdirSync(join(directory, 'packages-lists/openvz'), { recursive: true });
    execFileSync('mkfifo', [join(directory, 'version/openvz')]);
    expect(said(readTemplate(directory))).toEqual([
      'version/openvz error: found a FIFO, expected a text file',
      'packages-lists/openvz error: found a directory, expected a text file',
    ]);
  });

  it('lets hypervisors share a list by a symbolic link', () => {
    const directory = templateWith({ hypervisors: ['openvz', 'kvm'], 'version/kvm': 'template_version=1\n' });
    symlinkSync('openvz', join(directory, 'packages-lists/kvm'));
    expect(readTemplate(directory)).toMatchObject({
      ok: true,
      value: { targets: [{}, { packages: ['less'] }] },
    });
  });
});
