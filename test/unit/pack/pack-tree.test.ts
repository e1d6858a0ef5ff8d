import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import { type Codec, codecFor, type PackRequest, packTree } from '../../../src/pack/index.js';
import { type BlobStore, DiskBlobStore, MemoryBlobStore, SegmentIndex } from '../../../src/store/index.js';
import { TreeObjects } from '../../../src/tree/index.js';
import { archiveOf } from '../../support/archive-of.js';
import { contentsOf, file, type NaiveDirectory, rootfs, treeOf } from '../../support/naive-rootfs.js';
import { hasProgram } from '../../support/tar-tools.js';
import { privateDirectory } from '../../support/template-tree.js';

const MIB = 1024 * 1024;

/** Three segments: the first file, the second file, what is left. */
function threeSegments(middle = 'b'): NaiveDirectory {
  return rootfs({
    a: file('a'.repeat(4 * MIB)),
    b: file(middle.repeat(4 * MIB)),
    c: file('c'),
  });
}

/** What it costs is counted, and a poisoned one must not be asked. */
class CountingCodec implements Codec {
  readonly id = 'plus-one';
  readonly seen: number[] = [];
  poisoned = false;

  async compress(plain: Buffer): Promise<Buffer> {
    if (this.poisoned) throw new Error('poison');
    this.seen.push(plain.length);
    await Promise.resolve();
    return Buffer.concat([Buffer.from('+'), plain]);
  }
}

function requestFor(root: NaiveDirectory, changes: Partial<PackRequest> = {}): PackRequest {
  const objects = new TreeObjects();
  const contents = contentsOf(root);
  return {
    objects,
    tree: treeOf(objects, root),
    codec: new CountingCodec(),
    blobs: new MemoryBlobStore(),
    segments: new SegmentIndex(privateDirectory()),
    readContent: ({ digest, offset, size }) =>
      contents.get(digest)?.subarray(offset, offset + size) ?? Buffer.alloc(0),
    parallel: 3,
    signal: new AbortController().signal,
    ...changes,
  };
}

async function bytesOf(
  blobs: BlobStore,
  { segments }: Awaited<ReturnType<typeof packTree>>,
): Promise<Buffer> {
  const pieces = await Promise.all(segments.map(({ blob }) => blobs.get(blob)));
  return Buffer.concat(pieces.map((piece) => piece ?? Buffer.from('lost')));
}

const noFilter = () => Promise.reject(new Error('no program needed'));

describe('packTree', () => {
  it('says what it has packed', async () => {
    const root = threeSegments();
    const request = requestFor(root, {
      codec: codecFor('tar', { level: 0, zstdVersion: 'test', filter: noFilter }),
    });
    const packed = await packTree(request);
    const archive = archiveOf(root);
    expect((await bytesOf(request.blobs, packed)).equals(archive)).toBe(true);
    expect(packed).toMatchObject({
      size: archive.length,
      digest: digestOf(archive),
      plainSize: archive.length,
      plainDigest: digestOf(archive),
      compressed: 3,
    });
    expect(packed.segments.reduce((sum, { size }) => sum + size, 0)).toBe(archive.length);
  });

  it('gives gzip members that read as one stream', async () => {
    const root = threeSegments();
    const request = requestFor(root, {
      codec: codecFor('tar.gz', { level: 1, zstdVersion: 'test', filter: noFilter }),
    });
    const packed = await packTree(request);
    const bytes = await bytesOf(request.blobs, packed);
    expect(gunzipSync(bytes).equals(archiveOf(root))).toBe(true);
    expect(packed).toMatchObject({ size: bytes.length, digest: digestOf(bytes), segments: { length: 3 } });
  });

  it.skipIf(!hasProgram('zstd'))('gives zstd frames that read as one stream', async () => {
    const root = threeSegments();
    const filter = ([program = '', ...args]: readonly string[], input: Buffer) =>
      Promise.resolve(spawnSync(program, args, { input, maxBuffer: 1 << 28 }).stdout);
    const request = requestFor(root, {
      codec: codecFor('tar.zst', { level: 3, zstdVersion: 'test', filter }),
    });
    const bytes = await bytesOf(request.blobs, await packTree(request));
    const plain = spawnSync('zstd', ['-dcq'], { input: bytes, maxBuffer: 1 << 28 }).stdout;
    expect(plain.equals(archiveOf(root))).toBe(true);
  });

  it('gives the same bytes with one core and with many, from nothing and from the store', async () => {
    const one = await packTree(requestFor(threeSegments(), { parallel: 1 }));
    const request = requestFor(threeSegments(), { parallel: 16 });
    const { compressed: cold, ...many } = await packTree(request);
    const { compressed: warm, ...again } = await packTree(request);
    expect(one).toEqual({ ...many, compressed: 3 });
    expect(again).toEqual(many);
    expect([cold, warm]).toEqual([3, 0]);
  });

  it('says how much of the content is packed, from the store too', async () => {
    const request = requestFor(threeSegments(), { parallel: 1 });
    for (const run of ['from nothing', 'from the store']) {
      const told: (readonly [number, number])[] = [];
      await packTree({ ...request, onProgress: (done, total) => told.push([done, total]) });
      const total = 8 * MIB + 1;
      expect(told, run).toEqual([
        [4 * MIB, total],
        [8 * MIB, total],
        [total, total],
      ]);
    }
  });

  it('compresses nothing a second time, and only what changed after a change', async () => {
    const codec = new CountingCodec();
    const request = requestFor(threeSegments(), { codec });
    await packTree(request);
    codec.poisoned = true;
    expect((await packTree(request)).compressed).toBe(0);
    const changed = requestFor(threeSegments('x'), {
      codec,
      blobs: request.blobs,
      segments: request.segments,
    });
    await expect(packTree(changed)).rejects.toThrow('poison');
    codec.poisoned = false;
    expect((await packTree(changed)).compressed).toBe(1);
  });

  it('does not mix up segments of two codecs', async () => {
    const request = requestFor(threeSegments());
    await packTree(request);
    const plain = await packTree({
      ...request,
      codec: codecFor('tar', { level: 0, zstdVersion: 'test', filter: noFilter }),
    });
    expect(plain).toMatchObject({ digest: plain.plainDigest, compressed: 3 });
  });

  it('compresses a segment again whose blob was damaged or lost', async () => {
    const directory = privateDirectory();
    const blobs = new DiskBlobStore(directory);
    const request = requestFor(threeSegments(), { blobs });
    const before = await packTree(request);
    const [first, second] = before.segments.map(({ blob }) => blobs.pathOf(blob));
    const bytes = readFileSync(first ?? '');
    bytes[MIB] = 0;
    await chmod(first ?? '', 0o644);
    writeFileSync(first ?? '', bytes);
    await chmod(second ?? '', 0o644);
    writeFileSync(second ?? '', 'torn');
    expect(await packTree(request)).toEqual({ ...before, compressed: 2 });
    expect(await bytesOf(blobs, before)).toHaveLength(before.size);
  });

  it('holds no more plain segments than it may compress at once', async () => {
    let open = 0;
    let most = 0;
    const codec: Codec = {
      id: 'slow',
      compress: async (plain) => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setImmediate(resolve));
        open--;
        return plain;
      },
    };
    await packTree(requestFor(rootfs({ big: file(Buffer.alloc(40 * MIB)) }), { codec, parallel: 2 }));
    expect(most).toBe(2);
  });

  it('has nothing still running when it fails', async () => {
    const running: string[] = [];
    const codec: Codec = {
      id: 'failing',
      compress: async (plain) => {
        running.push('started');
        if (running.length > 1) throw new Error('compressor died');
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
        running.push('ended');
        return plain;
      },
    };
    await expect(packTree(requestFor(threeSegments(), { codec }))).rejects.toThrow('compressor died');
    expect(running).toContain('ended');
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const codec = new CountingCodec();
    const packing = packTree(
      requestFor(threeSegments(), {
        codec,
        parallel: 1,
        signal: stop.signal,
        readContent: ({ size }) => {
          stop.abort(new Error('enough'));
          return Buffer.alloc(size);
        },
      }),
    );
    await expect(packing).rejects.toThrow('enough');
    expect(codec.seen).toHaveLength(1);
  });

  it('fails with the reason why a file could not be read', async () => {
    const readContent = () => {
      throw new Error('a changed since it was captured');
    };
    await expect(packTree(requestFor(threeSegments(), { readContent }))).rejects.toThrow('changed since');
  });

  it('keeps segments where an index of another process finds them', async () => {
    const directory = privateDirectory();
    const blobs = new DiskBlobStore(join(directory, 'blobs'));
    const index = () => new SegmentIndex(join(directory, 'segments'));
    await packTree(requestFor(threeSegments(), { blobs, segments: index() }));
    const codec = new CountingCodec();
    codec.poisoned = true;
    expect(
      (await packTree(requestFor(threeSegments(), { blobs, segments: index(), codec }))).compressed,
    ).toBe(0);
  });
});
