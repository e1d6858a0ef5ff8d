import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import { byteString, diskUse, type LayerChanges } from '../../../src/tree/index.js';

const meta = { mode: 0o644, uid: 0, gid: 0, mtime: 0 };

function file(path: string, size: number, links?: readonly string[]): LayerChanges[number] {
  const shared = links === undefined ? {} : { links: links.map(byteString) };
  const node = { type: 'file', size, digest: digestOf(path), ...meta, ...shared } as const;
  return { kind: 'node', path: byteString(path), node };
}

describe('what a layer takes on the disk', () => {
  it('is whole blocks of every file, and one for a directory, a link or a whiteout', () => {
    expect(
      diskUse([
        { kind: 'dir', path: byteString(''), meta, lower: 'merge' },
        { kind: 'whiteout', path: byteString('gone') },
        file('empty', 0),
        file('small', 1),
        file('large', 4097),
      ]),
    ).toBe(4096 * 6);
  });

  it('counts a file with several names once', () => {
    const links = ['a', 'b'];
    expect(diskUse([file('a', 4096, links), file('b', 4096, links)])).toBe(4096);
  });
});
