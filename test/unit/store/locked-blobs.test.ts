import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { canonicalJson, digestOf, hexOf } from '../../../src/base/index.js';
import { storeAt } from '../../../src/store/index.js';
import { lockedBlobs, lockName } from '../../../src/store/locked-blobs.js';
import { privateDirectory } from '../../support/template-tree.js';

const SCOPE = '0123456789abcdef01234567';

describe('locks in the store', () => {
  it('name their packages, their snapshots, and the lists that these consist of', async () => {
    const store = storeAt(join(privateDirectory(), 'store'));
    mkdirSync(store.lastDirectory, { recursive: true });
    const list = await store.blobs.put('Package: less\n');
    const snapshot = await store.blobs.put(canonicalJson([{ name: 'Packages', blob: list }]));
    const sha256 = hexOf(digestOf('a package'));
    const lock = { sources: [{ snapshot, sets: [{ packages: [{ name: 'less', sha256 }] }] }] };
    writeFileSync(join(store.lastDirectory, lockName(SCOPE)), JSON.stringify(lock, undefined, 2));
    writeFileSync(join(store.lastDirectory, `${SCOPE}.json`), `"${hexOf(digestOf('no lock'))}"`);
    const found = await lockedBlobs(store.lastDirectory, (blob) => store.blobs.pathOf(blob));
    expect([...found].sort()).toEqual([hexOf(list), hexOf(snapshot), sha256].sort());
  });

  it('that are torn, or of lists that have gone, name what is left', async () => {
    const store = storeAt(join(privateDirectory(), 'store'));
    mkdirSync(store.lastDirectory, { recursive: true });
    const snapshot = digestOf('gone');
    writeFileSync(join(store.lastDirectory, lockName(SCOPE)), `{"sources": [{"snapshot": "${snapshot}", `);
    const found = await lockedBlobs(store.lastDirectory, (blob) => store.blobs.pathOf(blob));
    expect(found).toEqual([hexOf(snapshot)]);
    expect(await lockedBlobs(join(store.root, 'nowhere'), (blob) => store.blobs.pathOf(blob))).toEqual([]);
  });
});
