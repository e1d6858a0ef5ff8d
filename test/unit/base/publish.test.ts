import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { publishFile, publishStaged } from '../../../src/base/index.js';
import { privateDirectory } from '../../support/template-tree.js';

describe('publishFile', () => {
  it('writes a file, making the directories on the way', async () => {
    const path = join(privateDirectory(), 'a/b/file');
    await publishFile(path, 'text');
    expect(readFileSync(path, 'utf8')).toBe('text');
    await publishFile(path, Buffer.from([1, 2]), { durability: 'durable' });
    expect(readFileSync(path)).toEqual(Buffer.from([1, 2]));
  });

  it('gives the file its mode', async () => {
    const path = join(privateDirectory(), 'file');
    await publishFile(path, '', { mode: 0o600 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('replaces the file and does not write into it: an open reader keeps the old one', async () => {
    const path = join(privateDirectory(), 'file');
    writeFileSync(path, 'old');
    const before = statSync(path).ino;
    await publishFile(path, 'new');
    expect(statSync(path).ino).not.toBe(before);
  });

  it('leaves nothing behind when it fails', async () => {
    const directory = privateDirectory();
    mkdirSync(join(directory, 'taken/inside'), { recursive: true });
    await expect(publishFile(join(directory, 'taken'), 'text')).rejects.toThrow();
    expect(readdirSync(directory)).toEqual(['taken']);
  });

  it('lets the last of many writers win, whole', async () => {
    const path = join(privateDirectory(), 'file');
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(texts.map((text) => publishFile(path, text)));
    expect(texts).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(join(path, '..'))).toEqual(['file']);
  });
});

describe('publishStaged', () => {
  it('gives a directory its final name', async () => {
    const directory = privateDirectory();
    mkdirSync(join(directory, 'staged/inside'), { recursive: true });
    await publishStaged(join(directory, 'staged'), join(directory, 'final'));
    expect(readdirSync(directory)).toEqual(['final']);
  });
});
