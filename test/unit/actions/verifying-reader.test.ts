import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { VerifyingReader } from '../../../src/actions/verifying-reader.js';
import { digestOf } from '../../../src/base/index.js';
import { byteString } from '../../../src/tree/index.js';
import { privateDirectory } from '../../support/template-tree.js';

const MIB = 1024 * 1024;

function withFile(content: Buffer) {
  const directory = privateDirectory();
  const path = join(directory, 'волк');
  writeFileSync(path, content);
  const reader = new VerifyingReader(directory);
  const digest = digestOf(content);
  const read = (offset = 0, size = content.length) =>
    reader.read({
      kind: 'content',
      path: byteString('волк'),
      digest,
      fileSize: content.length,
      offset,
      size,
    });
  return { path, read };
}

const large = Buffer.alloc(5 * MIB + 123, 'mkve and what it packs. ');

describe('the reader of directories that anybody may write to', () => {
  it('reads a file whole and in slices of any borders', () => {
    expect(withFile(Buffer.from('small')).read().toString()).toBe('small');
    const { read } = withFile(large);
    expect(read(0, 4 * MIB).equals(large.subarray(0, 4 * MIB))).toBe(true);
    expect(read(4 * MIB, MIB + 123).equals(large.subarray(4 * MIB))).toBe(true);
    expect(read(MIB - 5, 10).equals(large.subarray(MIB - 5, MIB + 5))).toBe(true);
  });

  it('leaves the access time of a file as it was', () => {
    const { path, read } = withFile(Buffer.from('x'));
    utimesSync(path, 1, 2);
    read();
    expect(statSync(path).atimeMs).toBe(1000);
  });

  it('lets no byte pass that is not of the file it was told of', () => {
    const { path, read } = withFile(Buffer.from('small'));
    writeFileSync(path, 'SMALL');
    expect(() => read()).toThrow('волк');
    writeFileSync(path, 'longer than that');
    expect(() => read()).toThrow('волк');
  });

  it('notices a change between two slices, wherever it is', () => {
    const { path, read } = withFile(large);
    read(0, MIB);
    const other = Buffer.from(large);
    other[4 * MIB + 1] = 0;
    writeFileSync(path, other);
    expect(read(0, 4 * MIB).length).toBe(4 * MIB);
    expect(() => read(4 * MIB, MIB + 123)).toThrow('волк');
  });

  it('follows no link and waits for no FIFO that has come in its place', () => {
    const { path, read } = withFile(Buffer.from('small'));
    renameSync(path, `${path}.away`);
    symlinkSync(`${path}.away`, path);
    expect(() => read()).toThrow('ELOOP');
    rmSync(path);
    execFileSync('mkfifo', [path]);
    expect(() => read()).toThrow('волк');
  });
});
