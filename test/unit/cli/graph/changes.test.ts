import { describe, expect, it } from 'vitest';
import { type Digest, digestOf } from '../../../../src/base/index.js';
import { treeChanges } from '../../../../src/cli/graph/changes.js';
import { byteString, type Node, TreeObjects } from '../../../../src/tree/index.js';

const meta = { mode: 0o755, uid: 0, gid: 0, mtime: 0 };

interface Tree {
  readonly [name: string]: string | Tree;
}

/** A tree from names: a text is the content of a file. */
function put(objects: TreeObjects, tree: Tree): Digest {
  const entries = Object.entries(tree).map(([name, content]): [ReturnType<typeof byteString>, Node] => [
    byteString(name),
    typeof content === 'string'
      ? { type: 'file', ...meta, size: content.length, digest: digestOf(content) }
      : { type: 'dir', tree: put(objects, content) },
  ]);
  return objects.put({ meta, entries: new Map(entries) });
}

function changes(before: Tree, after: Tree, most = 100) {
  const objects = new TreeObjects();
  const pair = { before: put(objects, before), after: put(objects, after) };
  const { paths, ...counts } = treeChanges(objects, pair, most);
  return { ...counts, paths: paths.map(({ how, path }) => `${how} ${path}`) };
}

describe('what a step changed', () => {
  it('is told by path, with all that new and deleted directories hold', () => {
    const found = changes(
      { etc: { same: '1', motd: 'x', old: { a: '1', b: { c: '1' } } } },
      { etc: { same: '1', motd: 'y', new: { 'd\n"': '1' } }, usr: {} },
    );
    expect(found).toEqual({
      added: 3,
      changed: 1,
      deleted: 4,
      paths: [
        'changed /etc/motd',
        'added /etc/new',
        'added /etc/new/d\\x0a"',
        'deleted /etc/old',
        'deleted /etc/old/a',
        'deleted /etc/old/b',
        'deleted /etc/old/b/c',
        'added /usr',
      ],
    });
  });

  it('is counted in full where the list is cut', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, 'x']));
    const found = changes({}, { many }, 3);
    expect(found.added).toBe(51);
    expect(found.paths).toHaveLength(3);
  });

  it('counts once a directory in whose place a file stands', () => {
    expect(changes({ a: { b: '1', c: '1' } }, { a: 'file' })).toMatchObject({
      added: 0,
      changed: 1,
      deleted: 0,
    });
    expect(changes({ a: 'file' }, { a: { b: '1', c: '1' } })).toMatchObject({
      added: 0,
      changed: 1,
      deleted: 0,
    });
  });

  it('is nothing where the trees are equal', () => {
    expect(changes({ a: '1' }, { a: '1' })).toEqual({ added: 0, changed: 0, deleted: 0, paths: [] });
  });
});
