/**
 * `pack-once.ts DIRECTORY TREE OBJECTS STORE FORMAT LEVEL`: packs once in a process of its own, with the compiled mkve,
 * and prints how long it took, what came out and the most memory it held, as JSON. Starting Node is not counted.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';

import type { Digest } from '../../../src/base/index.js';

const DIST = resolve(import.meta.dirname, '../../../dist');
const load = <T>(module: string): Promise<T> => import(join(DIST, module)) as Promise<T>;
const { codecFor, digestHere, digestInThread, packTree } =
  await load<typeof import('../../../src/pack/index.js')>('pack/index.js');
const { storeAt } = await load<typeof import('../../../src/store/index.js')>('store/index.js');
const { TreeObjects } = await load<typeof import('../../../src/tree/index.js')>('tree/index.js');
const { ContentReader } = await load<typeof import('../../../src/actions/inside/content-reader.js')>(
  'actions/inside/content-reader.js',
);
const { ZstdCalls, zstdVersion } = await load<typeof import('../../../src/actions/inside/zstd-calls.js')>(
  'actions/inside/zstd-calls.js',
);

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
