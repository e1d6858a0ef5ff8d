import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { digestOf } from '../../src/base/index.js';
import { type Codec, digestHere, type PackRequest, packTree } from '../../src/pack/index.js';
import { DiskBlobStore, SegmentIndex } from '../../src/store/index.js';
import { byteString, TreeObjects } from '../../src/tree/index.js';
import { archiveOf, LENGTHS } from '../support/archive-of.js';
import {
  contentsOf,
  file,
  find,
  link,
  type NaiveDirectory,
  put,
  rootfs,
  treeOf,
} from '../support/naive-rootfs.js';
import { privateDirectory } from '../support/template-tree.js';

const MIB = 1024 * 1024;

/** Big enough for sections within sections; names that hold the same inode lie in different ones. */
function start(): NaiveDirectory {
  return rootfs({
    'etc/hosts': file('localhost'),
    'usr/bin/tool': file(filled(3 * MIB, 1)),
    'usr/bin/other': file(filled(2 * MIB, 2)),
    'usr/lib/big': file(filled(9 * MIB, 3)),
    'usr/lib/small': file('small'),
    'var/cache/tool': link('usr/bin/tool'),
  });
}

function filled(size: number, seed: number): Buffer {
  return Buffer.alloc(size, `seed ${seed} `);
}

const anyPath = fc.constantFrom(
  ...['etc/hosts', 'etc/new', 'usr/bin/tool', 'usr/lib/big', 'usr/lib/small', 'usr/z', 'var/cache/tool', 'a'],
);
const anySize = fc.constantFrom(0, 1, 512, 100_000, MIB, 5 * MIB);

type Edit =
  | { readonly kind: 'write'; readonly path: string; readonly size: number; readonly seed: number }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'chmod'; readonly path: string; readonly mode: number };

const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), path: anyPath, size: anySize, seed: fc.nat(3) }),
  fc.record({ kind: fc.constant('delete' as const), path: anyPath }),
  fc.record({ kind: fc.constant('link' as const), path: anyPath, to: anyPath }),
  fc.record({ kind: fc.constant('chmod' as const), path: anyPath, mode: fc.constantFrom(0o600, 0o755) }),
);

function apply(root: NaiveDirectory, edit: Edit): void {
  const path = byteString(edit.path);
  const parent = find(root, byteString(edit.path.split('/').slice(0, -1).join('/')));
  const known = find(root, path);
  switch (edit.kind) {
    case 'write':
      put(root, path, file(filled(edit.size, edit.seed)));
      return;
    case 'delete':
      if (parent?.kind === 'dir') parent.entries.delete(byteString(edit.path.split('/').at(-1) ?? ''));
      return;
    case 'link':
      if (find(root, byteString(edit.to))?.kind === 'file') put(root, path, link(edit.to));
      return;
    case 'chmod':
      if (known?.kind === 'file') put(root, path, file(known.content, { mode: edit.mode }));
  }
}

/** Cheap, and tells whether a segment went through it. */
const codec: Codec = {
  id: 'marked',
  lengths: LENGTHS,
  parallel: 3,
  compressor: { takes: 'bytes', compress: async (plain) => Buffer.concat([Buffer.from('>'), plain]) },
};

function requestFor(root: NaiveDirectory, store: string): PackRequest {
  const objects = new TreeObjects();
  const contents = contentsOf(root);
  return {
    objects,
    tree: treeOf(objects, root),
    codec,
    blobs: new DiskBlobStore(join(store, 'blobs')),
    segments: new SegmentIndex(join(store, 'segments')),
    contents: {
      open: async () => (member, into) => {
        contents.get(member.digest)?.copy(into, 0, member.offset, member.offset + member.size);
      },
      release: () => undefined,
    },
    digestOf: digestHere,
    signal: new AbortController().signal,
  };
}

describe('packing after any edits', () => {
  test('gives what packing from nothing gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyEdit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const root = start();
        const store = privateDirectory();
        await packTree(requestFor(root, store));
        for (const edit of edits) {
          apply(root, edit);
          const request = requestFor(root, store);
          const { compressed: _, ...warm } = await packTree(request);
          const archive = archiveOf(root);
          expect([warm.plainSize, warm.plainDigest]).toEqual([archive.length, digestOf(archive)]);
          const { compressed: all, ...cold } = await packTree(requestFor(root, privateDirectory()));
          expect(warm).toEqual(cold);
          expect(all).toBeGreaterThan(0);
          const bytes = Buffer.concat(
            warm.segments.map(({ blob }) => readFileSync(request.blobs.pathOf(blob))),
          );
          expect(digestOf(bytes)).toBe(warm.digest);
        }
      }),
      { seed: 20261124, numRuns: 8 },
    );
  });
});
