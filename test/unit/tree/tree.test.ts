import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import {
  byteString,
  bytesOf,
  changesDigest,
  compareWalkOrder,
  decodeDirectory,
  diffTrees,
  displayName,
  encodeDirectory,
  findNode,
  joinPath,
  type Meta,
  partsOf,
  ROOT,
  TreeObjects,
  walkTree,
  withLinks,
} from '../../../src/tree/index.js';
import {
  dir,
  fifo,
  file,
  link,
  type NaiveDirectory,
  rootfs,
  symlink,
  treeOf,
} from '../../support/naive-rootfs.js';

const META: Meta = { mode: 0o755, uid: 0, gid: 0, mtime: 1_000 };
const bytes = byteString;

function trees(before: NaiveDirectory, after: NaiveDirectory) {
  const objects = new TreeObjects();
  return { objects, before: treeOf(objects, before), after: treeOf(objects, after) };
}

describe('a directory object', () => {
  it('has the encoding that stores hold, the same for ever', () => {
    const xattrs = { [bytes('user.b')]: bytes('2'), [bytes('user.a')]: bytes(Buffer.from([0xff])) };
    const directory = {
      meta: { ...META, xattrs },
      entries: new Map([
        [bytes('s'), { type: 'symlink', ...META, target: bytes('é') } as const],
        [bytes('d'), { type: 'dir', tree: digestOf('') } as const],
        [bytes('c'), { type: 'char', ...META, major: 1, minor: 3 } as const],
        [bytes('p'), { type: 'fifo', ...META } as const],
        [
          bytes('f'),
          { type: 'file', ...META, size: 1, digest: digestOf('x'), links: [bytes('f'), bytes('g')] } as const,
        ],
      ]),
    };
    const m = '493,0,0,1000';
    expect(encodeDirectory(directory)).toBe(
      `[${m},[["user.a","\xff"],["user.b","2"]],[` +
        `["c","c",${m},[],1,3],["d","d","${digestOf('')}"],` +
        `["f","f",${m},[],1,"${digestOf('x')}",["f","g"]],["p","p",${m},[]],["s","l",${m},[],"\xc3\xa9"]]]`,
    );
    expect(decodeDirectory(encodeDirectory(directory))).toEqual(directory);
  });

  it('has one digest whatever the order in which entries and attributes came', () => {
    const objects = new TreeObjects();
    const put = (names: readonly string[]) =>
      objects.put({
        meta: META,
        entries: new Map(names.map((name) => [bytes(name), { type: 'fifo', ...META }])),
      });
    expect(put(['b', 'a', '10', '9'])).toBe(put(['9', '10', 'a', 'b']));
  });

  it('that is not there is a bug', () => {
    expect(() => new TreeObjects().get(digestOf('x'))).toThrow('BUG: no tree object');
  });
});

describe('walkTree', () => {
  const root = rootfs({ 'a/c': file(''), 'a.b': file(''), 'a-b': dir(), b: fifo(), A: file('') });

  it('meets directories before what is in them and siblings in byte order', () => {
    const objects = new TreeObjects();
    const paths = [...walkTree(objects, treeOf(objects, root))].map(({ path }) => path);
    expect(paths).toEqual(['', 'A', 'a', 'a/c', 'a-b', 'a.b', 'b']);
    expect([...paths].reverse().sort(compareWalkOrder)).toEqual(paths);
  });

  it('names paths below a directory it starts from', () => {
    const objects = new TreeObjects();
    const tree = treeOf(objects, root);
    const inner = findNode(objects, tree, bytes('a'));
    if (inner?.type !== 'dir') throw new Error('a is a directory');
    expect([...walkTree(objects, inner.tree, bytes('a'))].map(({ path }) => path)).toEqual(['a', 'a/c']);
  });
});

describe('findNode', () => {
  const objects = new TreeObjects();
  const tree = treeOf(objects, rootfs({ 'etc/f': file('x'), 'etc/l': symlink('f'), up: symlink('etc') }));
  const find = (path: string) => findNode(objects, tree, bytes(path));

  it('finds the root, directories and files', () => {
    expect(find('')).toEqual({ type: 'dir', tree });
    expect(find('etc')?.type).toBe('dir');
    expect(find('etc/f')).toMatchObject({ type: 'file', size: 1 });
  });

  it('follows no symbolic link', () => {
    expect(find('etc/l')).toMatchObject({ type: 'symlink', target: 'f' });
    expect(find('up/f')).toBeUndefined();
  });

  it.each(['nothing', 'etc/nothing', 'etc/f/below', 'etc/', '/etc'])('finds nothing at %j', (path) => {
    expect(find(path)).toBeUndefined();
  });
});

describe('diffTrees', () => {
  it('names what was added, changed and deleted in walk order, a new directory once', () => {
    const { objects, before, after } = trees(
      rootfs({
        'etc/same': file('s'),
        'etc/old': file('1'),
        gone: file(''),
        kind: file(''),
        'tmp/f': file(''),
      }),
      rootfs({
        'etc/same': file('s'),
        'etc/old': file('2'),
        'kind/inside': file(''),
        'new/deep/f': file(''),
        tmp: dir({ mode: 0o1777 }),
        'tmp/f': file(''),
      }),
    );
    expect([...diffTrees(objects, before, after)]).toEqual([
      { path: 'etc/old', how: 'changed' },
      { path: 'gone', how: 'deleted' },
      { path: 'kind', how: 'changed' },
      { path: 'new', how: 'added' },
      { path: 'tmp', how: 'changed' },
    ]);
    expect([...diffTrees(objects, before, before)]).toEqual([]);
  });

  it('does not read equal subtrees', () => {
    const { objects, before, after } = trees(
      rootfs({ 'same/f': file('x'), a: file('1') }),
      rootfs({ 'same/f': file('x'), a: file('2') }),
    );
    const partial = new TreeObjects();
    for (const root of [before, after]) partial.addPack(encodeDirectory(objects.get(root)));
    expect([...diffTrees(partial, before, after)]).toEqual([{ path: 'a', how: 'changed' }]);
  });
});

describe('a pack', () => {
  it('holds every directory of a first tree', () => {
    const { objects, after } = trees(dir(), rootfs({ 'a/b/c': file('') }));
    expect(objects.packSince(after, undefined).match(/\n/g)).toHaveLength(3);
  });

  it('leaves out what the parent has in the same place', () => {
    const { objects, before, after } = trees(
      rootfs({ 'big/x/y': file(''), 'small/f': file('1') }),
      rootfs({ 'big/x/y': file(''), 'small/f': file('2') }),
    );
    const pack = objects.packSince(after, before);
    expect(pack.match(/\n/g)).toHaveLength(2);
    expect(objects.packSince(before, before)).toBe('');
    const read = new TreeObjects();
    read.addPack(objects.packSince(before, undefined));
    read.addPack(pack);
    expect([...walkTree(read, after)]).toEqual([...walkTree(objects, after)]);
  });

  it('cannot name a directory by another digest than its own', () => {
    const objects = new TreeObjects();
    objects.addPack('[0,0,0,0,[],[]]\n\n');
    expect(objects.has(digestOf('[0,0,0,0,[],[]]'))).toBe(true);
  });
});

describe('paths', () => {
  it('join and part', () => {
    expect(joinPath(ROOT, bytes('etc'))).toBe('etc');
    expect(joinPath(bytes('etc'), bytes('passwd'))).toBe('etc/passwd');
    expect(partsOf(bytes('etc/passwd'))).toEqual(['etc', 'passwd']);
    expect(partsOf(ROOT)).toEqual([]);
  });
});

describe('names', () => {
  it('go from text to bytes and back', () => {
    expect(bytes('é')).toBe('\xc3\xa9');
    expect(bytesOf(bytes('é'))).toEqual(Buffer.from('é'));
    expect(bytes(Uint8Array.of(0xff))).toBe('\xff');
  });

  it.each([
    ['волки', 'волки'],
    ['a b', 'a b'],
    ['new\nline\u007f', 'new\\x0aline\\x7f'],
    // CSI as one character: a terminal takes it for an escape sequence.
    ['\u009b31m', '\\xc2\\x9b31m'],
    [Uint8Array.of(0x61, 0xff, 0x0a), 'a\\xff\\x0a'],
    ['\ufffd', '\\xef\\xbf\\xbd'],
  ])('are shown as text, what is none as escapes', (source, shown) => {
    expect(displayName(bytes(source))).toBe(shown);
  });
});

describe('withLinks', () => {
  it('takes a list of one for none', () => {
    const node = { type: 'file', ...META, size: 0, digest: digestOf('') } as const;
    expect(withLinks({ ...node, links: [bytes('a'), bytes('b')] }, [bytes('a')])).toEqual(node);
    expect(withLinks(node, [bytes('a'), bytes('b')])).toEqual({ ...node, links: ['a', 'b'] });
  });
});

describe('changesDigest', () => {
  it('depends neither on the order of the scan nor on that of attributes', () => {
    const [a, b] = [bytes('user.a'), bytes('user.b')];
    const at = (path: string, xattrs: Meta['xattrs'] = {}) =>
      ({ kind: 'dir', path: bytes(path), meta: { ...META, xattrs }, lower: 'merge' }) as const;
    const one = [at(''), at('x', { [a]: bytes('1'), [b]: bytes('2') }), at('y')];
    const two = [at(''), at('y'), at('x', { [b]: bytes('2'), [a]: bytes('1') })];
    expect(changesDigest(one)).toBe(changesDigest(two));
    expect(changesDigest(one)).not.toBe(changesDigest([at(''), at('x'), at('y')]));
  });

  it('sees that a name left its group of links', () => {
    const objects = new TreeObjects();
    const nodes = (root: NaiveDirectory) => [...walkTree(objects, treeOf(objects, root))];
    const changes = (root: NaiveDirectory) =>
      nodes(root).flatMap(({ path, node }) =>
        node.type === 'dir' ? [] : [{ kind: 'node', path, node } as const],
      );
    expect(changesDigest(changes(rootfs({ a: file('x'), b: link('a') })))).not.toBe(
      changesDigest(changes(rootfs({ a: file('x'), b: file('x') }))),
    );
  });
});
