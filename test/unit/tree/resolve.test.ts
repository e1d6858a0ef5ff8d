import { describe, expect, it } from 'vitest';

import { byteString, resolvePath, TreeObjects } from '../../../src/tree/index.js';
import { file, rootfs, symlink, treeOf } from '../../support/naive-rootfs.js';

const objects = new TreeObjects();
const tree = treeOf(
  objects,
  rootfs({
    'usr/bin/sh': file('x'),
    bin: symlink('usr/bin'),
    'etc/mtab': symlink('../proc/self/mounts'),
    'srv/up': symlink('../../../../usr'),
    'srv/abs': symlink('/bin/./sh'),
    'srv/a': symlink('b'),
    'srv/b': symlink('a'),
    'srv/волк': symlink('/usr/bin/'),
  }),
);
const resolved = (path: string) => {
  const found = resolvePath(objects, tree, byteString(path));
  return found.ok ? `${found.value.path} ${found.value.node?.type ?? 'missing'}` : found.error;
};

describe('a path inside a tree', () => {
  it.each([
    ['', ' dir'],
    ['bin/sh', 'usr/bin/sh file'],
    ['/bin', 'usr/bin dir'],
    ['bin/new/deeper', 'usr/bin/new/deeper missing'],
    ['etc/mtab', 'proc/self/mounts missing'],
    ['../../etc', 'etc dir'],
    ['srv/up/bin', 'usr/bin dir'],
    ['srv/abs', 'usr/bin/sh file'],
    ['srv/волк/sh', 'usr/bin/sh file'],
    ['srv/./up/../etc', 'etc dir'],
    ['srv/a', 'its symbolic links lead in a circle'],
    ['usr/bin/sh/x', '/usr/bin/sh is not a directory'],
    ['usr/bin/sh/.', 'usr/bin/sh file'],
  ])('%j leads to %j, whatever links are on the way, and never out', (path, expected) => {
    expect(resolved(path)).toBe(expected);
  });
});
