import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { writeArchiveFile } from '../../../src/actions/archive-file.js';
import { digestOf } from '../../../src/base/index.js';
import { MemoryBlobStore } from '../../../src/store/index.js';
import { privateDirectory } from '../../support/template-tree.js';

async function stored(...texts: readonly string[]) {
  const blobs = new MemoryBlobStore();
  const segments = await Promise.all(texts.map(async (text) => ({ blob: await blobs.put(text) })));
  return { segments, from: { blobs, signal: new AbortController().signal } };
}

describe('the file of an archive', () => {
  it('is its segments one after the other, readable by everybody, and all there is', async () => {
    const directory = privateDirectory();
    const { segments, from } = await stored('one ', 'two');
    expect(await writeArchiveFile(join(directory, 'a/b/o.tar'), segments, from)).toMatchObject({ ok: true });
    expect(readFileSync(join(directory, 'a/b/o.tar'), 'utf8')).toBe('one two');
    expect(statSync(join(directory, 'a/b/o.tar')).mode & 0o777).toBe(0o644);
    expect(readdirSync(join(directory, 'a/b'))).toEqual(['o.tar']);
  });

  it('stays as it was when a segment is lost', async () => {
    const directory = privateDirectory();
    const { segments, from } = await stored('one');
    writeFileSync(join(directory, 'o.tar'), 'before');
    const lost = [...segments, { blob: digestOf('lost') }];
    const written = await writeArchiveFile(join(directory, 'o.tar'), lost, from);
    expect(written).toMatchObject({ error: { kind: 'store-damaged' } });
    expect(readFileSync(join(directory, 'o.tar'), 'utf8')).toBe('before');
    expect(readdirSync(directory)).toEqual(['o.tar']);
  });

  it('takes the place of a link and leaves what it leads to', async () => {
    const directory = privateDirectory();
    const { segments, from } = await stored('one');
    writeFileSync(join(directory, 'precious'), 'precious');
    symlinkSync('precious', join(directory, 'o.tar'));
    expect(await writeArchiveFile(join(directory, 'o.tar'), segments, from)).toMatchObject({ ok: true });
    expect(readFileSync(join(directory, 'precious'), 'utf8')).toBe('precious');
    expect(readFileSync(join(directory, 'o.tar'), 'utf8')).toBe('one');
  });

  it('that cannot be written is a failure that names it', async () => {
    const directory = privateDirectory();
    const { segments, from } = await stored('one');
    mkdirSync(join(directory, 'o.tar'));
    const written = await writeArchiveFile(join(directory, 'o.tar'), segments, from);
    expect(written).toMatchObject({ error: { kind: 'output-unwritable', path: join(directory, 'o.tar') } });
    expect(readdirSync(directory)).toEqual(['o.tar']);
  });
});
