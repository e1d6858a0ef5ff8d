import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { type Digest, digestOf } from '../../src/base/index.js';
import { DiskBlobStore, MemoryBlobStore } from '../../src/store/index.js';
import { privateDirectory } from '../support/template-tree.js';
import { blobStoreContract } from './suites/blob-store.js';

blobStoreContract('MemoryBlobStore', () => new MemoryBlobStore());
blobStoreContract('DiskBlobStore', () => new DiskBlobStore(privateDirectory()));

/** Writes other bytes where a blob lies, as a bad disk or a bad program would. */
function damage(store: DiskBlobStore, digest: Digest, bytes: string): void {
  chmodSync(store.pathOf(digest), 0o644);
  writeFileSync(store.pathOf(digest), bytes);
}

describe('DiskBlobStore', () => {
  it('keeps a blob in a read-only file named by its digest', async () => {
    const directory = privateDirectory();
    const store = new DiskBlobStore(directory);
    const digest = await store.put('text');
    const hex = digest.slice('sha256:'.length);
    expect(store.pathOf(digest)).toBe(join(directory, 'sha256', hex.slice(0, 2), hex));
    expect(readFileSync(store.pathOf(digest), 'utf8')).toBe('text');
    expect(statSync(store.pathOf(digest)).mode & 0o222).toBe(0);
    expect(readdirSync(dirname(store.pathOf(digest)))).toEqual([hex]);
  });

  it('leaves the file alone when the blob is there', async () => {
    const store = new DiskBlobStore(privateDirectory());
    const digest = await store.put('text');
    const before = statSync(store.pathOf(digest), { bigint: true });
    await store.put('text');
    const after = statSync(store.pathOf(digest), { bigint: true });
    expect([after.ino, after.ctimeNs]).toEqual([before.ino, before.ctimeNs]);
  });

  it('is read by another process, and after this one', async () => {
    const directory = privateDirectory();
    const digest = await new DiskBlobStore(directory).put('text');
    expect((await new DiskBlobStore(directory).get(digest))?.toString()).toBe('text');
  });

  it.each([
    ['altered', 'tExt'],
    ['torn', 'te'],
    ['empty', ''],
    ['too long', 'text and more'],
  ])('takes an %s blob for none, and then for a whole one when it is put again', async (_, bytes) => {
    const store = new DiskBlobStore(privateDirectory());
    const digest = await store.put('text');
    damage(store, digest, bytes);
    expect(await store.get(digest)).toBeUndefined();
    expect(await store.size(digest)).toBeUndefined();
    await store.put('text');
    expect((await store.get(digest))?.toString()).toBe('text');
  });

  it('replaces a torn blob that nobody has read since', async () => {
    const store = new DiskBlobStore(privateDirectory());
    const digest = await store.put('text');
    damage(store, digest, 'te');
    await store.put('text');
    expect((await store.get(digest))?.toString()).toBe('text');
  });

  it('leaves nothing half written behind when the disk refuses', async () => {
    const directory = privateDirectory();
    const store = new DiskBlobStore(directory);
    const fanOut = dirname(store.pathOf(digestOf('text')));
    mkdirSync(dirname(fanOut), { recursive: true });
    writeFileSync(fanOut, 'in the way');
    await expect(store.put('text')).rejects.toThrow();
    expect(readdirSync(dirname(fanOut))).toHaveLength(1);
  });

  it('puts a blob in the place of a directory, and in that of a blob of the same size that is damaged', async () => {
    const store = new DiskBlobStore(privateDirectory());
    const path = store.pathOf(digestOf('text'));
    mkdirSync(join(path, 'in the way'), { recursive: true });
    const digest = await store.put('text');
    expect((await store.get(digest))?.toString()).toBe('text');
    rmSync(path);
    writeFileSync(path, 'tExt');
    expect((await store.get(await store.put('text')))?.toString()).toBe('text');
  });

  describe('adopts a file', () => {
    const adopted = async (prepare: (store: DiskBlobStore, digest: Digest) => Promise<unknown>) => {
      const directory = privateDirectory();
      const store = new DiskBlobStore(join(directory, 'blobs'));
      const staged = join(directory, 'staged');
      writeFileSync(staged, 'text');
      const digest = digestOf('text');
      await prepare(store, digest);
      await store.adopt(staged, digest);
      expect(existsSync(staged)).toBe(true);
      expect(readdirSync(dirname(store.pathOf(digest)))).toHaveLength(1);
      return { store, digest, staged };
    };

    it('without copying it', async () => {
      const { store, digest, staged } = await adopted(() => Promise.resolve());
      expect((await store.get(digest))?.toString()).toBe('text');
      expect(statSync(store.pathOf(digest)).ino).toBe(statSync(staged).ino);
      await store.adopt(staged, digest);
      expect(readdirSync(dirname(store.pathOf(digest)))).toHaveLength(1);
    });

    it('that it has already', async () => {
      const { store, digest } = await adopted((blobs) => blobs.put('text'));
      expect((await store.get(digest))?.toString()).toBe('text');
    });

    it('in the place of a damaged blob', async () => {
      const { store, digest } = await adopted(async (blobs, name) => {
        await blobs.put('text');
        damage(blobs, name, 'tExt');
      });
      expect((await store.get(digest))?.toString()).toBe('text');
    });
  });
});
