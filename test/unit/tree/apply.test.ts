import { describe, expect, it } from 'vitest';

import type { Digest } from '../../../src/base/index.js';
import {
  applyChanges,
  byteString,
  type Change,
  encodeDirectory,
  findNode,
  TreeObjects,
} from '../../../src/tree/index.js';
import {
  dir,
  file,
  link,
  type NaiveDirectory,
  type NaiveInode,
  nodeOf,
  rootfs,
  symlink,
  treeOf,
} from '../../support/naive-rootfs.js';

const META = { mode: 0o755, uid: 0, gid: 0, mtime: 1_000 };

const whiteout = (path: string): Change => ({ kind: 'whiteout', path: byteString(path) });
const directory = (path: string, lower: 'merge' | 'replace' = 'merge', meta = META): Change => ({
  kind: 'dir',
  path: byteString(path),
  meta,
  lower,
});
const node = (path: string, inode: NaiveInode, links?: readonly string[]): Change => ({
  kind: 'node',
  path: byteString(path),
  node: nodeOf(
    inode,
    links?.map((name) => byteString(name)),
  ),
});

/** Applies changes to a file system and expects another. */
function expectChanges(before: NaiveDirectory, changes: readonly Change[], after: NaiveDirectory): void {
  const objects = new TreeObjects();
  const expected = treeOf(objects, after);
  expect(applyChanges(objects, treeOf(objects, before), [directory(''), ...changes])).toBe(expected);
}

describe('applyChanges', () => {
  it('makes the first tree of a layer on nothing', () => {
    const objects = new TreeObjects();
    const tree = applyChanges(objects, undefined, [
      directory(''),
      directory('etc'),
      node('etc/f', file('x')),
    ]);
    expect(tree).toBe(treeOf(objects, rootfs({ 'etc/f': file('x') })));
  });

  it('adds, replaces and deletes', () => {
    expectChanges(
      rootfs({ 'etc/old': file('old'), 'etc/same': file('same'), 'etc/gone': file('gone') }),
      [directory('etc'), node('etc/old', file('new')), node('etc/new', symlink('old')), whiteout('etc/gone')],
      rootfs({ 'etc/old': file('new'), 'etc/same': file('same'), 'etc/new': symlink('old') }),
    );
  });

  it('gives a directory new metadata and leaves what is in it', () => {
    const open = { ...META, mode: 0o1777 };
    expectChanges(
      rootfs({ 'tmp/f': file('x') }),
      [directory('tmp', 'merge', open)],
      rootfs({ tmp: dir({ mode: 0o1777 }), 'tmp/f': file('x') }),
    );
  });

  it('hides what lower layers have in an opaque directory, at any depth', () => {
    expectChanges(
      rootfs({ 'd/lower': file('x'), 'd/sub/lower': file('x') }),
      [
        directory('d', 'replace'),
        node('d/upper', file('u')),
        directory('d/sub'),
        node('d/sub/upper', file('u')),
      ],
      rootfs({ 'd/upper': file('u'), 'd/sub/upper': file('u') }),
    );
  });

  it('puts a directory over a file', () => {
    expectChanges(
      rootfs({ x: file('x') }),
      [directory('x'), node('x/f', file('y'))],
      rootfs({ 'x/f': file('y') }),
    );
  });

  it('puts a file over a directory', () => {
    expectChanges(rootfs({ 'x/deep/f': file('y') }), [node('x', file('x'))], rootfs({ x: file('x') }));
  });

  it('deletes a directory with all that is in it', () => {
    expectChanges(rootfs({ 'x/deep/f': file('y'), z: file('z') }), [whiteout('x')], rootfs({ z: file('z') }));
  });

  it('takes a whiteout of nothing for nothing', () => {
    expectChanges(rootfs({ f: file('x') }), [whiteout('g')], rootfs({ f: file('x') }));
  });

  it('does not take names such as __proto__ for anything but names', () => {
    expectChanges(
      rootfs({ __proto__x: file('x'), constructor: file('c') }),
      [node('__proto__', file('p')), whiteout('constructor')],
      rootfs(
        Object.fromEntries([
          ['__proto__', file('p')],
          ['__proto__x', file('x')],
        ]),
      ),
    );
  });

  it('reads no directory that the layer does not touch', () => {
    const full = new TreeObjects();
    const parent = treeOf(full, rootfs({ 'big/f': file('x'), 'small/f': file('x') }));
    const partial = new TreeObjects();
    partial.addPack(encodeDirectory(full.get(parent)));
    const tree = applyChanges(partial, parent, [directory(''), directory('new')]);
    expect(tree).toBe(treeOf(full, rootfs({ 'big/f': file('x'), 'small/f': file('x'), new: dir() })));
  });

  it('refuses a layer with entries in a directory that nobody made', () => {
    const objects = new TreeObjects();
    expect(() => applyChanges(objects, undefined, [directory(''), node('a/b', file('x'))])).toThrow('BUG');
  });
});

describe('hard links', () => {
  const three = () => rootfs({ a: file('x'), 'd/b': link('a'), c: link('a') });

  it('are a group again when all names are in the layer', () => {
    const shared = file('new');
    const links = ['a', 'd/b'];
    expectChanges(
      rootfs({ d: dir() }),
      [node('a', shared, links), directory('d'), node('d/b', shared, links)],
      rootfs({ a: shared, 'd/b': shared }),
    );
  });

  it('keep the names that a layer does not replace', () => {
    expectChanges(
      three(),
      [node('a', file('own'))],
      rootfs({ a: file('own'), 'd/b': file('x'), c: link('d/b') }),
    );
  });

  it('end when one name is left', () => {
    expectChanges(three(), [whiteout('a'), whiteout('c')], rootfs({ 'd/b': file('x') }));
  });

  it('keep the names outside a directory that is deleted, replaced by a file or made opaque', () => {
    const left = rootfs({ a: file('x'), c: link('a') });
    expectChanges(three(), [whiteout('d')], left);
    expectChanges(three(), [node('d', file('f'))], rootfs({ d: file('f'), a: file('x'), c: link('a') }));
    expectChanges(three(), [directory('d', 'replace')], rootfs({ d: dir(), a: file('x'), c: link('a') }));
  });

  it('keep a name whose directory only got new metadata', () => {
    expectChanges(three(), [directory('d')], three());
  });

  it('end where a directory takes the place of a name', () => {
    expectChanges(three(), [directory('a')], rootfs({ a: dir(), 'd/b': file('x'), c: link('d/b') }));
  });

  it('of two groups do not mix, also when the files say the same', () => {
    const before = rootfs({ a1: file('x'), a2: link('a1'), b1: file('x'), b2: link('b1') });
    expectChanges(before, [whiteout('a1')], rootfs({ a2: file('x'), b1: file('x'), b2: link('b1') }));
  });

  it('of a replaced name can be a new group with another name', () => {
    const fresh = file('y');
    const links = ['a', 'n'];
    expectChanges(
      three(),
      [node('a', fresh, links), node('n', fresh, links)],
      rootfs({ a: fresh, n: fresh, 'd/b': file('x'), c: link('d/b') }),
    );
  });

  it('keep the order of a walk when names sort otherwise as whole paths', () => {
    const objects = new TreeObjects();
    const tree: Digest = treeOf(objects, rootfs({ 'a.b': file('x'), 'a/c': link('a.b'), z: link('a.b') }));
    const after = applyChanges(objects, tree, [directory(''), whiteout('z')]);
    expect(findNode(objects, after, byteString('a.b'))).toMatchObject({ links: ['a/c', 'a.b'] });
  });
});
