import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import {
  type Codec,
  codecFor,
  digestHere,
  type PackRequest,
  packTree,
  type ReadContent,
} from '../../../src/pack/index.js';
import { DiskBlobStore, SegmentIndex } from '../../../src/store/index.js';
import { TreeObjects } from '../../../src/tree/index.js';
import { archiveOf, LENGTHS } from '../../support/archive-of.js';
import { contentsOf, file, type NaiveDirectory, rootfs, treeOf } from '../../support/naive-rootfs.js';
import { hasProgram } from '../../support/tar-tools.js';
import { privateDirectory } from '../../support/template-tree.js';

const MIB = 1024 * 1024;
const LONGEST = LENGTHS.longest;

/** Four segments: the first file, the second file, what is left, the end. */
function fourSegments(middle = 'b'): NaiveDirectory {
  return rootfs({
    a: file('a'.repeat(LONGEST)),
    b: file(middle.repeat(LONGEST)),
    c: file('c'),
  });
}

/** What it costs is counted, and a poisoned one must not be asked. */
class CountingCodec implements Codec {
  readonly id = 'plus-one';
  readonly lengths = LENGTHS;
  readonly parallel: number;
  readonly compressor = { takes: 'bytes', compress: (plain: Buffer) => this.#compress(plain) } as const;
  readonly seen: number[] = [];
  poisoned = false;

  constructor(parallel = 3) {
    this.parallel = parallel;
  }

  async #compress(plain: Buffer): Promise<Buffer> {
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
    blobs: new DiskBlobStore(privateDirectory()),
    segments: new SegmentIndex(privateDirectory()),
    contents: reading(({ digest, offset, size }, into) => {
      contents.get(digest)?.copy(into, 0, offset, offset + size);
    }),
    digestOf: digestHere,
    signal: new AbortController().signal,
    ...changes,
  };
}

function reading(read: ReadContent): PackRequest['contents'] {
  return { open: () => Promise.resolve(read), release: () => undefined };
}

async function bytesOf(
  blobs: PackRequest['blobs'],
  { segments }: Awaited<ReturnType<typeof packTree>>,
): Promise<Buffer> {
  const pieces = await Promise.all(segments.map(({ blob }) => readFile(blobs.pathOf(blob))));
  return Buffer.concat(pieces);
}

const PLAIN = { level: 0, cores: 2, zstdProgram: () => Promise.reject(new Error('no program needed')) };

/** The program without the worker around it. */
const testZstd: Parameters<typeof codecFor>[1]['zstdProgram'] = (args) =>
  Promise.resolve({
    version: 'test',
    flush: () => undefined,
    compress: (path) =>
      Promise.resolve(spawnSync('zstd', ['-qc', ...args, path], { maxBuffer: 1 << 28 }).stdout),
  });

describe('packTree', () => {
  it('says what it has packed', async () => {
    const root = fourSegments();
    const request = requestFor(root, {
      codec: await codecFor('tar', PLAIN),
    });
    const packed = await packTree(request);
    const archive = archiveOf(root);
    expect((await bytesOf(request.blobs, packed)).equals(archive)).toBe(true);
    expect(packed).toMatchObject({
      size: archive.length,
      digest: digestOf(archive),
      plainSize: archive.length,
      plainDigest: digestOf(archive),
      compressed: 2,
    });
    expect(packed.segments.reduce((sum, { size }) => sum + size, 0)).toBe(archive.length);
  });

  it('gives gzip members that read as one stream', async () => {
    const root = fourSegments();
    const request = requestFor(root, {
      codec: await codecFor('tar.gz', { ...PLAIN, level: 1 }),
    });
    const packed = await packTree(request);
    const bytes = await bytesOf(request.blobs, packed);
    expect(gunzipSync(bytes).equals(archiveOf(root))).toBe(true);
    expect(packed).toMatchObject({ size: bytes.length, digest: digestOf(bytes), segments: { length: 4 } });
  });

  it.skipIf(!hasProgram('zstd'))('gives zstd frames that read as one stream', async () => {
    const root = fourSegments();
    const request = requestFor(root, {
      codec: await codecFor('tar.zst', { level: 3, cores: 2, zstdProgram: testZstd }),
    });
    const bytes = await bytesOf(request.blobs, await packTree(request));
    const plain = spawnSync('zstd', ['-dcq'], { input: bytes, maxBuffer: 1 << 28 }).stdout;
    expect(plain.equals(archiveOf(root))).toBe(true);
  });

  it('gives the same bytes with one core and with many, from nothing and from the store', async () => {
    const one = await packTree(requestFor(fourSegments(), { codec: new CountingCodec(1) }));
    const request = requestFor(fourSegments(), { codec: new CountingCodec(16) });
    const { compressed: cold, ...many } = await packTree(request);
    const { compressed: warm, ...again } = await packTree(request);
    expect(one).toEqual({ ...many, compressed: 4 });
    expect(again).toEqual(many);
    expect([cold, warm]).toEqual([4, 0]);
  });

  it('says how much of the archive is packed, from the store too', async () => {
    const request = requestFor(fourSegments());
    for (const run of ['from nothing', 'from the store']) {
      const told: (readonly [number, number])[] = [];
      const { plainSize } = await packTree({
        ...request,
        onProgress: (done, total) => told.push([done, total]),
      });
      const dones = told.map(([done]) => done);
      expect(dones.length, run).toBeGreaterThan(2);
      expect(dones, run).toEqual(dones.toSorted((one, other) => one - other));
      expect(told.at(-1), run).toEqual([plainSize, plainSize]);
      expect(
        told.every(([done, total]) => done <= total),
        run,
      ).toBe(true);
    }
  });

  it('compresses nothing a second time, and only what changed after a change', async () => {
    const codec = new CountingCodec();
    const request = requestFor(fourSegments(), { codec });
    await packTree(request);
    codec.poisoned = true;
    expect((await packTree(request)).compressed).toBe(0);
    const changed = requestFor(fourSegments('x'), {
      codec,
      blobs: request.blobs,
      segments: request.segments,
    });
    await expect(packTree(changed)).rejects.toThrow('poison');
    codec.poisoned = false;
    expect((await packTree(changed)).compressed).toBe(1);
  });

  it('does not mix up segments of two codecs', async () => {
    const request = requestFor(fourSegments());
    await packTree(request);
    const plain = await packTree({
      ...request,
      codec: await codecFor('tar', PLAIN),
    });
    expect(plain).toMatchObject({ digest: plain.plainDigest, compressed: 2 });
  });

  it('compresses a segment again whose blob was damaged or lost', async () => {
    const directory = privateDirectory();
    const blobs = new DiskBlobStore(directory);
    const request = requestFor(fourSegments(), { blobs });
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
      lengths: LENGTHS,
      parallel: 2,
      compressor: {
        takes: 'bytes',
        compress: async (plain) => {
          most = Math.max(most, ++open);
          for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
          open--;
          return plain;
        },
      },
    };
    await packTree(requestFor(rootfs({ big: file(Buffer.alloc(10 * LONGEST, 'an odd text')) }), { codec }));
    expect(most).toBe(2);
  });

  it('has nothing still running when it fails', async () => {
    const running: string[] = [];
    const codec: Codec = {
      id: 'failing',
      lengths: LENGTHS,
      parallel: 3,
      compressor: {
        takes: 'bytes',
        compress: async (plain) => {
          running.push('started');
          if (running.length > 1) throw new Error('compressor died');
          await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
          running.push('ended');
          return plain;
        },
      },
    };
    await expect(packTree(requestFor(fourSegments(), { codec }))).rejects.toThrow('compressor died');
    expect(running).toContain('ended');
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const codec = new CountingCodec(1);
    const packing = packTree(
      requestFor(fourSegments(), {
        codec,
        signal: stop.signal,
        contents: reading(() => stop.abort(new Error('enough'))),
      }),
    );
    await expect(packing).rejects.toThrow('enough');
    expect(codec.seen).toHaveLength(1);
  });

  it('fails with the reason why a file could not be read', async () => {
    const contents = reading(() => {
      throw new Error('a changed since it was captured');
    });
    await expect(packTree(requestFor(fourSegments(), { contents }))).rejects.toThrow('changed since');
  });

  it('keeps segments where an index of another process finds them', async () => {
    const directory = privateDirectory();
    const blobs = new DiskBlobStore(join(directory, 'blobs'));
    const index = () => new SegmentIndex(join(directory, 'segments'));
    await packTree(requestFor(fourSegments(), { blobs, segments: index() }));
    const codec = new CountingCodec();
    codec.poisoned = true;
    expect((await packTree(requestFor(fourSegments(), { blobs, segments: index(), codec }))).compressed).toBe(
      0,
    );
  });
});
