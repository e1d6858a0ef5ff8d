import { describe, expect, it } from 'vitest';

import { changedParts, nodeDifferences, TreeObjects } from '../../../src/tree/index.js';
import { device, dir, file, link, rootfs, symlink, treeOf } from '../../support/naive-rootfs.js';

type Paths = Parameters<typeof rootfs>[0];

function differences(before: Paths, after: Paths): readonly string[] {
  const objects = new TreeObjects();
  const [old, now] = [treeOf(objects, rootfs(before)), treeOf(objects, rootfs(after))];
  return nodeDifferences(objects, old, now).map((difference) => {
    const { path } = difference;
    if (difference.before === undefined) return `+ ${path}`;
    if (difference.after === undefined) return `- ${path}`;
    const parts = changedParts({ before: difference.before, after: difference.after });
    return `~ ${path}: ${parts.join(' ')}`;
  });
}

describe('the differences of two trees', () => {
  it('name what is in new and in deleted directories', () => {
    expect(differences({ 'a/b/c': file('x') }, { 'd/e': file('x'), 'd/f': symlink('e') })).toEqual([
      '- a',
      '- a/b',
      '- a/b/c',
      '+ d',
      '+ d/e',
      '+ d/f',
    ]);
  });

  it.each<[string, Paths, Paths]>([
    ['content', { a: file('x') }, { a: file('y') }],
    ['mode owner', { a: file('x') }, { a: file('x', { mode: 0o4755, uid: 7 }) }],
    ['time', { a: file('x') }, { a: file('x', { mtime: 5 }) }],
    ['target', { a: symlink('x') }, { a: symlink('y') }],
    ['device', { a: device('char', [1, 3]) }, { a: device('char', [1, 5]) }],
    ['type mode', { a: file('x') }, { a: symlink('x') }],
    ['mode', { a: dir() }, { a: dir({ mode: 0o700 }) }],
  ])('say that a path has another %s', (parts, before, after) => {
    expect(differences(before, after)).toEqual([`~ a: ${parts}`]);
  });

  it('say that a file has other names', () => {
    expect(differences({ a: file('x') }, { a: file('x'), b: link('a') })).toEqual(['~ a: names', '+ b']);
  });

  it('enter a directory that became a file, and the other way round', () => {
    expect(differences({ 'a/b': file('x') }, { a: file('y') })).toEqual(['~ a: type mode', '- a/b']);
    expect(differences({ a: file('y') }, { 'a/b': file('x') })).toEqual(['~ a: type mode', '+ a/b']);
  });

  it('leave out the time of a directory in which something changed, and nothing else', () => {
    const changed = { a: dir({ mtime: 7 }), 'a/b': file('y') };
    expect(differences({ a: dir(), 'a/b': file('x') }, changed)).toEqual(['~ a/b: content']);
    const touched = { a: dir({ mtime: 7 }), 'a/b': file('x') };
    expect(differences({ a: dir(), 'a/b': file('x') }, touched)).toEqual(['~ a: time']);
  });
});
