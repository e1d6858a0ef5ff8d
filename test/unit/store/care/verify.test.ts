import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { digestOf, hexOf } from '../../../../src/base/index.js';
import { takeInventory, verifyStore } from '../../../../src/store/care/index.js';
import { type Store, storeAt } from '../../../../src/store/index.js';
import { privateDirectory } from '../../../support/template-tree.js';

const signal = new AbortController().signal;

async function filledStore(): Promise<{
  readonly store: Store;
  readonly paths: Readonly<Record<string, string>>;
}> {
  const store = storeAt(join(privateDirectory(), 'store'));
  const blob = await store.blobs.put('blob');
  const piece = { key: digestOf('piece'), size: 5, check: crc32('plain') };
  await store.segments.putPlain(piece.key, Buffer.from('plain'));
  await store.segments.put(digestOf('segment'), [{ blob, size: 4, check: crc32('blob'), plain: piece }]);
  const lookup = await store.actions.lookup(digestOf('{}'), () => Promise.resolve(true));
  if (lookup.kind === 'miss') await lookup.claim.publish({ action: '{}', outputs: { blob }, durationMs: 1 });
  const staged = join(store.root, 'tmp/layer');
  mkdirSync(staged, { recursive: true });
  writeFileSync(join(staged, 'file'), 'text');
  const layer = await store.layers.adopt(staged, digestOf('layer'));
  const hex = hexOf(digestOf('{}'));
  const segment = hexOf(digestOf('segment'));
  return {
    store,
    paths: {
      blob: store.blobs.pathOf(blob).slice(store.root.length + 1),
      plain: store.segments.plainPath(piece.key).slice(store.root.length + 1),
      record: `actions/${hex.slice(0, 2)}/${hex}.json`,
      segments: `segments/${segment.slice(0, 2)}/${segment}.json`,
      layer: `layers/${layer}`,
    },
  };
}

async function verify(store: Store, whole = true) {
  const inventory = await takeInventory(store, signal);
  return verifyStore(store, { inventory, isLayerWhole: () => Promise.resolve(whole), signal });
}

describe('verifyStore', () => {
  it('finds nothing in a store that is whole', async () => {
    const { store } = await filledStore();
    expect(await verify(store)).toEqual([]);
  });

  it.each([
    ['blob', 'blob'],
    ['plain', 'plain'],
    ['record', 'record'],
    ['segments', 'record'],
  ])('finds a damaged file, %s, and removes it', async (name, what) => {
    const { store, paths } = await filledStore();
    const path = join(store.root, paths[name] ?? '');
    chmodSync(path, 0o644);
    appendFileSync(path, 'x');
    expect(await verify(store)).toMatchObject([{ what, path: paths[name] }]);
    expect(await verify(store)).toEqual([]);
  });

  it('makes a layer missing that is not what its digest says', async () => {
    const { store, paths } = await filledStore();
    expect(await verify(store, false)).toMatchObject([{ what: 'layer', path: paths['layer'] }]);
    expect(await store.layers.state((paths['layer'] ?? '').slice(7))).toBe('missing');
  });
});
