import { chmodSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { type InlineTemplate, readInlineTemplate } from '../../../src/template/index.js';
import { privateDirectory, said, stockHooks, type Tree, writeTree } from '../../support/template-tree.js';

function read(template: InlineTemplate, files: Tree = {}) {
  const baseDirectory = privateDirectory();
  writeTree(baseDirectory, files);
  const request = {
    name: 'tiny',
    keyPath: 'templates.tiny',
    mkvefile: 'mkvefile.ts',
    hookDirectories: [join(baseDirectory, 'more/hooks')],
  };
  return {
    baseDirectory,
    reading: readInlineTemplate({ ...request, template, baseDirectory, stockHookDirectory: stockHooks }),
  };
}

describe('readInlineTemplate', () => {
  it('makes the model that a native template makes', () => {
    const files: Tree = {
      'hooks/greet': '#!/bin/sh\n',
      'more/hooks/found': '#!/bin/sh\n',
      'conf/lxc/a/b': 'x',
    };
    const { baseDirectory, reading } = read(
      {
        version: '1.0',
        vendor: 'Ours',
        hypervisors: {
          lxc: {
            packages: ['less'],
            hooks: ['01-root', './hooks/greet', 'found', '03-chkconfig_ssh_off'],
            conf: './conf/lxc/',
          },
          kvm: { version: '2.0' },
        },
      },
      files,
    );
    expect(reading).toMatchObject({
      ok: true,
      value: {
        name: 'tiny',
        warnings: [],
        targets: [
          {
            name: 'tiny',
            hypervisor: 'lxc',
            version: '1.0',
            vendor: 'Ours',
            packages: ['less'],
            hooks: [
              { name: '01-root', file: join(stockHooks, '01-root'), args: [] },
              { name: 'greet', file: join(baseDirectory, 'hooks/greet'), args: [] },
              { name: 'found', file: join(baseDirectory, 'more/hooks/found'), args: [] },
              { name: '03-chkconfig_ssh_off', args: ['ssh', 'off'] },
            ],
            conf: [{ path: 'a/b', file: join(baseDirectory, 'conf/lxc/a/b'), size: 1 }],
          },
          { hypervisor: 'kvm', version: '2.0', packages: [], hooks: [], conf: [] },
        ],
      },
    });
  });

  it('reports all problems at once, by the path of the key', () => {
    const { baseDirectory, reading } = read({
      version: '',
      license: 'a\nb',
      hypervisors: {
        'my-hv': {
          packages: ['less', 'a b', 'less'],
          hooks: ['./hooks/none', '..', './..'],
          conf: 'none',
          version: '1 2',
        },
        LXC: {},
      },
    });
    expect(
      said(reading).map((text) =>
        text.replace(/(: '[^']*')? (is no name|is no version|is empty|is a|stands)\b.*/, '$1'),
      ),
    ).toEqual([
      "mkvefile.ts error: templates.tiny.version: ''",
      "mkvefile.ts error: templates.tiny.license: 'a\\nb'",
      'mkvefile.ts error: templates.tiny.hypervisors["my-hv"].version: \'1 2\'',
      'mkvefile.ts error: templates.tiny.hypervisors["my-hv"].packages[1]: \'a b\'',
      'mkvefile.ts warning: templates.tiny.hypervisors["my-hv"].packages[2]: package \'less\'',
      'mkvefile.ts error: templates.tiny.hypervisors["my-hv"].hooks[1]: \'..\'',
      'mkvefile.ts error: templates.tiny.hypervisors["my-hv"].hooks[2]: \'..\'',
      `mkvefile.ts error: templates.tiny.hypervisors["my-hv"].hooks[0]: hook './hooks/none' was not found: there is no ${baseDirectory}/hooks/none`,
      `mkvefile.ts error: templates.tiny.hypervisors["my-hv"].conf: there is no ${baseDirectory}/none: expected a directory`,
      "mkvefile.ts error: templates.tiny.hypervisors.LXC: 'LXC'",
    ]);
  });

  it('names the first of two equal packages by its place', () => {
    const { reading } = read({ version: '1', hypervisors: { lxc: { packages: ['a', 'b', 'a'] } } });
    expect(said(reading)).toEqual([
      "mkvefile.ts warning: templates.tiny.hypervisors.lxc.packages[2]: package 'a' stands already at templates.tiny.hypervisors.lxc.packages[0]",
    ]);
  });

  it('wants at least one hypervisor', () => {
    expect(said(read({ version: '1', hypervisors: {} }).reading)).toEqual([
      'mkvefile.ts error: templates.tiny.hypervisors: no hypervisor is listed: expected at least one',
    ]);
  });

  it('says how to make a hook given as a file executable', () => {
    const baseDirectory = privateDirectory();
    writeTree(baseDirectory, { greet: '#!/bin/sh\n' });
    const greet = join(baseDirectory, 'greet');
    chmodSync(greet, 0o644);
    const { reading } = read({ version: '1', hypervisors: { lxc: { hooks: [greet] } } });
    expect(reading.ok ? [] : reading.error.problems.map(({ hint }) => hint)).toEqual([
      `run: chmod +x ${greet}`,
    ]);
  });

  it('checks the config of openvz by file and line', () => {
    const { reading } = read(
      { version: '1', hypervisors: { openvz: { conf: './conf' } } },
      { 'conf/config': '\nONBOOT\n' },
    );
    expect(said(reading)).toEqual(["./conf/config:2 error: expected NAME=value, found 'ONBOOT'"]);
  });
});
