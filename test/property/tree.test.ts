import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type CanonicalValue, canonicalJson, type Digest } from '../../src/base/index.js';
import {
  applyChanges,
  byteString,
  bytesOf,
  changesDigest,
  compareWalkOrder,
  decodeDirectory,
  diffTrees,
  encodeDirectory,
  findNode,
  nodeDifferences,
  TreeObjects,
  type WalkedNode,
  walkTree,
} from '../../src/tree/index.js';
import { linkGroups, listed, type NaiveDirectory, nodeOf, treeOf } from '../support/naive-rootfs.js';
import { anyHistory, anyRootfs, layerOn } from '../support/tree-arbitraries.js';

/** A tree as lines, so that a failing law shows what differs. */
function shown(objects: TreeObjects, tree: Digest): readonly string[] {
  return [...walkTree(objects, tree)].map(({ path, node }) => canonical({ path, ...node, tree: undefined }));
}

describe('a layer on a tree', () => {
  test('gives the tree that a scan of the merged file system would give', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const objects = new TreeObjects();
        let view: NaiveDirectory | undefined;
        let tree: Digest | undefined;
        for (const operations of history) {
          const overlay = layerOn(view, operations);
          view = overlay.view();
          tree = applyChanges(objects, tree, overlay.changes());
          const expected = treeOf(objects, view);
          expect(shown(objects, tree)).toEqual(shown(objects, expected));
          expect(tree).toBe(expected);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('does not depend on the order in which a directory was read', () => {
    fc.assert(
      fc.property(anyHistory, fc.infiniteStream(fc.nat()), (history, order) => {
        const objects = new TreeObjects();
        let view: NaiveDirectory | undefined;
        let tree: Digest | undefined;
        for (const operations of history) {
          const overlay = layerOn(view, operations);
          const changes = overlay.changes();
          const shuffled = [...changes]
            .map((change) => ({ change, depth: change.path === '' ? 0 : change.path.split('/').length }))
            .sort((a, b) => a.depth - b.depth || (order.next().value % 3) - 1)
            .map(({ change }) => change);
          expect(applyChanges(objects, tree, shuffled)).toBe(applyChanges(objects, tree, changes));
          expect(changesDigest(shuffled)).toBe(changesDigest(changes));
          view = overlay.view();
          tree = applyChanges(objects, tree, changes);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('that holds nothing changes nothing', () => {
    fc.assert(
      fc.property(anyRootfs, (root) => {
        const objects = new TreeObjects();
        const tree = treeOf(objects, root);
        expect(applyChanges(objects, tree, layerOn(root, []).changes())).toBe(tree);
      }),
      { numRuns: 50 },
    );
  });

  test('is stored as the directories that it changed, from which the whole tree can be read again', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const written = new TreeObjects();
        const read = new TreeObjects();
        let view: NaiveDirectory | undefined;
        let tree: Digest | undefined;
        for (const operations of history) {
          const overlay = layerOn(view, operations);
          const parent = tree;
          view = overlay.view();
          tree = applyChanges(written, parent, overlay.changes());
          const pack = written.packSince(tree, parent);
          if (tree === parent) expect(pack).toBe('');
          read.addPack(pack);
          expect(shown(read, tree)).toEqual(shown(written, tree));
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a tree', () => {
  test('is walked in byte order of its names, and every path in it is found', () => {
    fc.assert(
      fc.property(anyRootfs, (root) => {
        const objects = new TreeObjects();
        const tree = treeOf(objects, root);
        const walked = [...walkTree(objects, tree)].map(({ path }) => path);
        expect(walked).toEqual([...listed(root)].map(([path]) => path));
        expect([...walked].reverse().sort(compareWalkOrder)).toEqual(walked);
        const groups = linkGroups(root);
        for (const [path, entry] of listed(root)) {
          const node = findNode(objects, tree, path);
          if (entry.kind === 'dir') expect(node?.type).toBe('dir');
          else expect(node).toEqual(nodeOf(entry, groups.get(entry)));
        }
        expect(findNode(objects, tree, byteString('no/such/path'))).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });

  test('is read back from its encoding as it was written', () => {
    fc.assert(
      fc.property(anyRootfs, (root) => {
        const objects = new TreeObjects();
        for (const { node } of walkTree(objects, treeOf(objects, root))) {
          if (node.type !== 'dir') continue;
          const directory = objects.get(node.tree);
          const encoded = encodeDirectory(directory);
          expect(encoded).not.toContain('\n');
          expect(decodeDirectory(encoded)).toEqual(directory);
          expect(encodeDirectory(decodeDirectory(encoded))).toBe(encoded);
          for (const name of directory.entries.keys()) expect(byteString(bytesOf(name))).toBe(name);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('differs from another in the paths in which a comparison path by path finds a difference', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const objects = new TreeObjects();
        let view: NaiveDirectory | undefined;
        let before: Digest | undefined;
        for (const operations of history) {
          view = layerOn(view, operations).view();
          const after = treeOf(objects, view);
          if (before !== undefined)
            expect([...diffTrees(objects, before, after)]).toEqual(naiveDifference(objects, before, after));
          before = after;
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('all differences of two trees', () => {
  test('are the paths whose nodes are not the same, but for directories that only have another time', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const objects = new TreeObjects();
        let view: NaiveDirectory | undefined;
        let before: Digest | undefined;
        for (const operations of history) {
          view = layerOn(view, operations).view();
          const after = treeOf(objects, view);
          if (before !== undefined) {
            const found = nodeDifferences(objects, before, after);
            const left = differingPaths(objects, before, after).filter(({ isTime }) => !isTime);
            expect(found.filter(({ path }) => left.some((one) => one.path === path)).length).toBe(
              left.length,
            );
            const all = differingPaths(objects, before, after);
            for (const { path } of found) expect(all.map((one) => one.path)).toContain(path);
            expect(found.length > 0).toBe(before !== after);
          }
          before = after;
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Path by path. `isTime`: a directory that differs in nothing but its time. */
function differingPaths(objects: TreeObjects, before: Digest, after: Digest) {
  const [old, now] = [before, after].map(
    (tree) => new Map([...walkTree(objects, tree)].map(({ path, node }) => [path, node])),
  );
  const paths = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])];
  const text = (node: WalkedNode['node'] | undefined, mtime: number | undefined) =>
    node?.type === 'dir'
      ? canonical({ ...node.meta, ...(mtime === undefined ? {} : { mtime }) })
      : canonical({ node });
  return paths.flatMap((path) => {
    const pair = [old?.get(path), now?.get(path)] as const;
    const same = (mtime?: number) =>
      pair[0]?.type === pair[1]?.type && text(pair[0], mtime) === text(pair[1], mtime);
    return same() ? [] : [{ path, isTime: pair[0]?.type === 'dir' && same(0) }];
  });
}

/** A directory that only one side has counts as one difference, not one for every path in it. */
function naiveDifference(objects: TreeObjects, before: Digest, after: Digest) {
  const old = new Map([...walkTree(objects, before)].map((walked) => [walked.path, walked.node]));
  const now = new Map([...walkTree(objects, after)].map((walked) => [walked.path, walked.node]));
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort(compareWalkOrder);
  const whole: string[] = [];
  const differences: unknown[] = [];
  for (const path of paths) {
    if (whole.some((parent) => path.startsWith(`${parent}/`))) continue;
    const how = howChanged(old.get(path), now.get(path));
    if (how === undefined) continue;
    if ((old.get(path)?.type === 'dir') !== (now.get(path)?.type === 'dir')) whole.push(path);
    differences.push({ path, how });
  }
  return differences;
}

function howChanged(a: WalkedNode['node'] | undefined, b: WalkedNode['node'] | undefined) {
  if (a === undefined) return 'added';
  if (b === undefined) return 'deleted';
  return canonical({ ...a, tree: undefined }) === canonical({ ...b, tree: undefined })
    ? undefined
    : 'changed';
}

function canonical(value: object): string {
  return canonicalJson(value as unknown as CanonicalValue);
}
