/**
 * `pack-once DIRECTORY TREE OBJECTS STORE FORMAT LEVEL`: packs once in a process of its own, compiled as mkve is, and
 * prints how long it took, what came out and the most memory it held, as JSON. Starting Node is not counted.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { ContentReader } from '../../../src/actions/inside/content-reader.js';
import { ZstdCalls, zstdVersion } from '../../../src/actions/inside/zstd-calls.js';
import type { Digest } from '../../../src/base/index.js';
import { codecFor, digestHere, digestInThread, packTree } from '../../../src/pack/index.js';
import { storeAt } from '../../../src/store/index.js';
import { TreeObjects } from '../../../src/tree/index.js';

const [directory = '', tree = '', objectsFile = '', storeRoot = '', format = '', level = ''] =
  process.argv.slice(2);
const started = performance.now();
const objects = new TreeObjects();
objects.addPack(readFileSync(objectsFile, 'utf8'));
const store = storeAt(storeRoot);
const state = { tree: tree as Digest, layers: [], packs: [], sourceDateEpoch: 0 };
const reader = await ContentReader.open(directory, state, store.layers);
const cores = availableParallelism();
const zstd = new ZstdCalls(join(storeRoot, 'tmp'), cores);
const packed = await packTree({
  objects,
  tree: state.tree,
  codec: await codecFor(format as 'tar.gz' | 'tar.zst', {
    level: Number(level),
    cores,
    zstdProgram: async (args) => ({
      version: await zstdVersion(),
      compress: (path) => zstd.compress(path, args),
      flush: () => zstd.flush(),
    }),
  }),
  blobs: store.blobs,
  segments: store.segments,
  contents: {
    open: async () => (member, into) => reader.read(member, into),
    release: () => undefined,
  },
  digestOf: (stream) => (stream === 'plain' ? digestInThread() : digestHere()),
  signal: new AbortController().signal,
});
await zstd.end();
const ms = performance.now() - started;
const { size, compressed, segments } = packed;
const peakKib = process.resourceUsage().maxRSS;
process.stdout.write(JSON.stringify({ ms, size, compressed, segments: segments.length, peakKib }));
