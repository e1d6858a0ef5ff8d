import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import { readCopySource } from '../../../src/template/index.js';
import { privateDirectory, writeTree } from '../../support/template-tree.js';

const latin1 = (text: string) => Buffer.from(text).toString('latin1');

describe('what is to be copied', () => {
  it('is a file with its digest and permission bits', () => {
    const directory = privateDirectory();
    writeTree(directory, { one: 'x' });
    chmodSync(join(directory, 'one'), 0o4751);
    expect(readCopySource(join(directory, 'one'), 'one')).toEqual({
      ok: true,
      value: {
        file: join(directory, 'one'),
        name: 'one',
        entries: [{ path: '', type: 'file', mode: 0o751, size: 1, digest: digestOf('x') }],
      },
    });
  });

  it('is a directory with everything in it, in the order of bytes, links as links', () => {
    const directory = privateDirectory();
    writeTree(directory, { 'd/волк': 'w', 'd/b/c': '', 'd/a.b': '', 'd/a/x': '' });
    symlinkSync('/etc/passwd', join(directory, 'd/link'));
    symlinkSync('nowhere', join(directory, 'd/b/dangling'));
    const read = readCopySource(join(directory, 'd'), 'd');
    expect(read.ok && read.value.entries.map(({ path, type }) => `${type} ${path}`)).toEqual([
      ...['dir ', 'dir a', 'file a/x', 'file a.b', 'dir b', 'file b/c', 'symlink b/dangling', 'symlink link'],
      `file ${latin1('волк')}`,
    ]);
  });

  it('is what a link leads to when the link itself is named', () => {
    const directory = privateDirectory();
    writeTree(directory, { 'real/x': 'x' });
    symlinkSync('real', join(directory, 'alias'));
    const read = readCopySource(join(directory, 'alias'), 'alias');
    expect(read).toMatchObject({ value: { file: join(directory, 'real'), name: 'alias' } });
  });

  it.each([
    ['a FIFO', 'fifo'],
    ['a FIFO', 'd'],
  ])('is no %s: %s', (what, name) => {
    const directory = privateDirectory();
    writeTree(directory, { 'd/x': 'x' });
    execFileSync('mkfifo', [join(directory, 'fifo'), join(directory, 'd/fifo')]);
    const read = readCopySource(join(directory, name), name);
    expect(read.ok ? '' : read.error).toContain(
      `fifo is ${what}: only files, directories and symbolic links`,
    );
  });

  it('is there', () => {
    const read = readCopySource('/no/such', 'such');
    expect(read.ok ? '' : read.error).toContain('cannot read what is to be copied: ENOENT');
  });
});
