import { once } from 'node:events';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { captureChanges, LayerTooLarge, PathTooLong, withinDisk } from '../../../src/rootfs/index.js';
import { privateDirectory } from '../../support/template-tree.js';

const MIB = 1024 * 1024;
const signal = new AbortController().signal;

describe('a layer that is being written', () => {
  it('is stopped once it has taken more of the disk than it may', async () => {
    const upper = privateDirectory();
    const ended = await withinDisk({ upper, mostBytes: MIB, signal }, async (stop) => {
      writeFileSync(join(upper, 'large'), Buffer.alloc(8 * MIB, 'x'));
      await once(stop, 'abort');
    });
    expect(ended).toEqual({ ok: false, error: 'too-large' });
  });

  it('may take what it may, and is stopped with its build', async () => {
    const upper = privateDirectory();
    const limit = { upper, mostBytes: 16 * MIB, signal };
    expect(await withinDisk(limit, () => Promise.resolve('done'))).toEqual({ ok: true, value: 'done' });
    const build = new AbortController();
    const stopped = withinDisk({ ...limit, signal: build.signal }, async (stop) => {
      build.abort();
      return stop.aborted;
    });
    expect(await stopped).toEqual({ ok: true, value: true });
  });
});

describe('a layer that was written', () => {
  const reading = { sourceDateEpoch: 0, mostBytes: MIB };

  it('has no path that could not be read under another one', async () => {
    const upper = privateDirectory();
    const names = (depth: number) => Array.from({ length: depth }, () => 'd'.repeat(249)).join('/');
    mkdirSync(join(upper, names(12)), { recursive: true });
    expect(await captureChanges(upper, reading)).toHaveLength(13);
    mkdirSync(join(upper, names(13)));
    await expect(captureChanges(upper, reading)).rejects.toThrow(PathTooLong);
  });

  it('has no more bytes in all than it may, be they a hole', async () => {
    const upper = privateDirectory();
    for (const name of ['a', 'b']) writeFileSync(join(upper, name), Buffer.alloc(MIB / 2));
    expect(await captureChanges(upper, reading)).toHaveLength(3);
    writeFileSync(join(upper, 'c'), 'x');
    await expect(captureChanges(upper, reading)).rejects.toThrow(LayerTooLarge);
    const sparse = privateDirectory();
    writeFileSync(join(sparse, 'hole'), '');
    // As long as a file may be under most file systems: reading it would take hours.
    truncateSync(join(sparse, 'hole'), 2 ** 43);
    await expect(captureChanges(sparse, reading)).rejects.toThrow(LayerTooLarge);
  });
});
