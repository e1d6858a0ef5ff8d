import { describe, expect, it } from 'vitest';

import { type Digest, digestOf } from '../../../src/base/index.js';
import { planSegments, type SegmentPlan, tarHeader } from '../../../src/pack/index.js';
import { type ByteString, byteString, type Node, TreeObjects, walkTree } from '../../../src/tree/index.js';
import { archiveOf, LENGTHS, plansOf } from '../../support/archive-of.js';
import { dir, file, link, rootfs, symlink } from '../../support/naive-rootfs.js';

const MIB = 1024 * 1024;
const { shortest: SHORTEST, longest: LONGEST } = LENGTHS;
const META = { mode: 0o644, uid: 0, gid: 0, mtime: 0 };

/** Only names and sizes matter to where borders fall, so no file needs to have bytes. */
type Sizes = ReadonlyMap<string, { readonly size: number; readonly version: number }>;

function sizesOf(
  count: number,
  size: (index: number) => number,
): Map<string, { size: number; version: number }> {
  return new Map(
    Array.from({ length: count }, (_, index) => [
      `file-${String(index).padStart(5, '0')}`,
      { size: size(index), version: 1 },
    ]),
  );
}

function plan(files: Sizes): readonly SegmentPlan[] {
  const objects = new TreeObjects();
  const entries = new Map<ByteString, Node>();
  for (const [name, { size, version }] of files)
    entries.set(byteString(name), { type: 'file', ...META, size, digest: digestOf(`${name} ${version}`) });
  return [...planSegments(walkTree(objects, objects.put({ meta: META, entries })), LENGTHS)];
}

const keysOf = (plans: readonly SegmentPlan[]): readonly Digest[] =>
  plans.map(({ contentKey }) => contentKey);

/** Sizes as a root file system has them: most are small, a few are not. */
const SMALL = (index: number) => 1 + ((index * 7919) % 97) * 300;
const MIXED = (index: number) => (index % 50 === 0 ? 3 * MIB : SMALL(index));

describe('planSegments', () => {
  it('gives the headers, contents and padding of all members in walk order, then two zero blocks', () => {
    const root = rootfs({ b: file('bb'), 'a/x': file('x'.repeat(513)), 'a/l': symlink('x'), e: file('') });
    const [only, end, ...more] = plansOf(root);
    expect(more).toEqual([]);
    expect((only?.plainSize ?? 0) + 1024).toBe(archiveOf(root).length);
    expect(
      only?.members.map((member) => (member.kind === 'bytes' ? member.bytes.length : member.path)),
    ).toEqual([...[512, 512, 512], ...[512, 'a/x', 511], ...[512, 'b', 510], 512]);
    expect(end?.members.map((member) => member.kind === 'bytes' && member.bytes.length)).toEqual([1024]);
    expect(archiveOf(root).subarray(-1024).equals(Buffer.alloc(1024))).toBe(true);
  });

  it('makes an archive of a root directory with nothing in it', () => {
    expect(archiveOf(dir()).length).toBe(512 + 1024);
  });

  it('packs the content of an inode once, with its first name', () => {
    const root = rootfs({ b: file('content'), a: link('b'), 'c/d': link('b') });
    const contents = plansOf(root).flatMap(({ members }) => members.filter(({ kind }) => kind === 'content'));
    expect(contents).toMatchObject([{ path: 'a', size: 7 }]);
  });

  it('gives the same segments for the same tree', () => {
    const files = sizesOf(700, MIXED);
    expect(keysOf(plan(new Map([...files].reverse())))).toEqual(keysOf(plan(files)));
  });

  it('keeps segments between the shortest and twice the longest', () => {
    for (const sizes of [SMALL, MIXED, () => 100, () => 2 * MIB]) {
      const plans = plan(sizesOf(700, sizes));
      for (const { plainSize } of plans.slice(0, -1)) {
        expect(plainSize).toBeGreaterThanOrEqual(SHORTEST);
        expect(plainSize).toBeLessThan(2 * LONGEST + 4096);
      }
    }
  });

  it.each([
    ['small files', 4, SMALL],
    ['small and big files', 4, MIXED],
    // Every segment ends because it is long enough, so borders meet again at one file in sixteen.
    ['files of two MiB', 20, () => 2 * MIB],
  ])('leaves nearly all segments as they are when one of many %s changes', (_, most, size) => {
    const before = sizesOf(1500, size);
    const known = new Set(keysOf(plan(before)));
    const newSegments = (after: Sizes) => keysOf(plan(after)).filter((key) => !known.has(key)).length;
    expect(known.size).toBeGreaterThan(10);
    for (const index of [0, 777, 1499]) {
      const name = `file-${String(index).padStart(5, '0')}`;
      const same = { size: before.get(name)?.size ?? 0, version: 2 };
      expect(newSegments(new Map(before).set(name, same))).toBe(Math.ceil(same.size / LONGEST));
      // A border may move; from the next one that both have, all is as it was.
      const grown = { size: same.size + 100_000, version: 2 };
      expect(newSegments(new Map(before).set(name, grown))).toBeLessThanOrEqual(most);
      expect(newSegments(new Map(before).set(`${name}.new`, grown))).toBeLessThanOrEqual(most);
      const without = new Map(before);
      without.delete(name);
      expect(newSegments(without)).toBeLessThanOrEqual(most);
    }
  });

  it('cuts a big file into slices', () => {
    const plans = plan(new Map([['big', { size: 2 * LONGEST + MIB, version: 1 }]]));
    expect(plans).toHaveLength(3);
    const slices = plans.flatMap(({ members }) => members).filter((member) => member.kind === 'content');
    expect(slices).toMatchObject([
      { offset: 0, size: LONGEST, fileSize: 2 * LONGEST + MIB },
      { offset: LONGEST, size: LONGEST },
      { offset: 2 * LONGEST, size: MIB },
    ]);
  });

  it.each([
    [LONGEST, [LONGEST]],
    [LONGEST + 1, [LONGEST, 1]],
    [1, [1]],
    [0, []],
  ])('slices a file of %i bytes without empty slices', (size, expected) => {
    const members = plan(new Map([['f', { size, version: 1 }]])).flatMap((segment) => segment.members);
    const slices = members.filter((member) => member.kind === 'content');
    expect(slices.map((slice) => slice.size)).toEqual(expected);
    const total = members.reduce(
      (sum, member) => sum + (member.kind === 'bytes' ? member.bytes.length : member.size),
      0,
    );
    expect(total % 512).toBe(0);
  });

  it('tells apart segments that differ in metadata only', () => {
    const key = (mode: number) =>
      plansOf(rootfs({ f: file('x', { mode }) })).map(({ contentKey }) => contentKey);
    expect(key(0o644)).not.toEqual(key(0o755));
    expect(key(0o644)).toEqual(key(0o644));
  });

  it('starts every member with the header that tarHeader writes', () => {
    const root = rootfs({ f: file('x') });
    const node = { type: 'file', ...META, mtime: 1000, size: 1, digest: digestOf('x') } as const;
    expect(archiveOf(root).subarray(512, 1024)).toEqual(tarHeader({ path: byteString('f'), node }));
  });
});
