import { describe, expect, it } from 'vitest';

import { addDevices } from '../../../src/pack/index.js';
import { byteString, diffTrees, findNode, TreeObjects } from '../../../src/tree/index.js';
import { device, dir, file, link, type NaiveDirectory, rootfs, treeOf } from '../../support/naive-rootfs.js';

const NULL = { path: 'dev/null', type: 'char', major: 1, minor: 3, mode: 0o666 } as const;

function withDevices(root: NaiveDirectory, devices: Parameters<typeof addDevices>[2]['devices']) {
  const objects = new TreeObjects();
  const before = treeOf(objects, root);
  const after = addDevices(objects, before, { devices, sourceDateEpoch: 500 });
  const expected = (wanted: NaiveDirectory) => expect(after).toBe(treeOf(objects, wanted));
  return { objects, before, after, expected };
}

describe('addDevices', () => {
  it('leaves a tree alone when there are none to add', () => {
    const { before, after } = withDevices(rootfs({ f: file('x') }), []);
    expect(after).toBe(before);
  });

  it('adds a node owned by root in a directory that stays as it is', () => {
    withDevices(rootfs({ 'dev/x': file('x') }), [NULL]).expected(
      rootfs({ 'dev/x': file('x'), 'dev/null': device('char', [1, 3], { mode: 0o666, mtime: 500 }) }),
    );
  });

  it('makes the directories on the way that are missing', () => {
    withDevices(rootfs({}), [{ ...NULL, path: 'dev/net/tun' }]).expected(
      rootfs({
        dev: dir({ mtime: 500 }),
        'dev/net': dir({ mtime: 500 }),
        'dev/net/tun': device('char', [1, 3], { mode: 0o666, mtime: 500 }),
      }),
    );
  });

  it('adds a node to the root directory itself', () => {
    withDevices(rootfs({}), [{ ...NULL, path: 'null' }]).expected(
      rootfs({ null: device('char', [1, 3], { mode: 0o666, mtime: 500 }) }),
    );
  });

  it('puts a node in the place of a file, whose other names lose it', () => {
    const { objects, before, after } = withDevices(
      rootfs({ 'dev/null': file('junk'), other: link('dev/null') }),
      [NULL],
    );
    expect(findNode(objects, after, byteString('other'))).not.toHaveProperty('links');
    expect([...diffTrees(objects, before, after)]).toEqual([
      { path: 'dev/null', how: 'changed' },
      { path: 'other', how: 'changed' },
    ]);
  });
});
