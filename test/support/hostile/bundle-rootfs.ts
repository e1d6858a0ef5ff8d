import { gzipSync } from 'node:zlib';

import type { Ingredients } from '../bundle-rig.js';
import { type BundleMaker, ofRootfs, PLAIN, packed } from './bundles.js';
import { END, paxHeader, rawHeader, rawMember } from './tar-blocks.js';

const root = rawMember({ name: './', type: '5', mode: 0o755 });
const holding = (...members: readonly Buffer[]): BundleMaker =>
  ofRootfs(Buffer.concat([root, ...members, END]));
const zstd: Ingredients = { compression: 'zstd' };

/**
 * An archive that goes on for long: the same piece again and again, each time as a gzip member of its own. The digest of
 * what it unpacks to is left wrong, because that would have to be unpacked here.
 */
function repeated(times: number, piece: Buffer): BundleMaker {
  const member = gzipSync(piece);
  const bytes = Buffer.concat([gzipSync(root), ...Array.from({ length: times }, () => member)]);
  return packed(bytes, { size: root.length + times * piece.length, sha256: '0'.repeat(64) });
}

/**
 * Bundles that are whole, with root file systems that no honest one holds: `mkve verify` says that they are what was signed,
 * and `mkve diff` has to read them.
 */
export const ROOTFS_CASES: Readonly<Record<string, BundleMaker>> = {
  'tree-right-zstd': ofRootfs(PLAIN, zstd),
  'tree-empty': ofRootfs(Buffer.alloc(0)),
  'tree-noise': ofRootfs(gzipSync(PLAIN)),
  'tree-cut': ofRootfs(PLAIN.subarray(0, 1100)),
  'tree-cut-zstd': ofRootfs(PLAIN.subarray(0, 1100), zstd),
  'tree-without-end': ofRootfs(PLAIN.subarray(0, -1024)),
  'tree-checksum-wrong': holding(rawMember({ name: './x', checksumOff: 1 })),
  'tree-name-up': holding(rawMember({ name: './../../etc/passwd' }, 'x')),
  'tree-name-absolute': holding(rawMember({ name: '/etc/passwd' }, 'x')),
  'tree-name-long': holding(paxHeader({ path: `./${'d/'.repeat(3000)}x` }), rawMember({ name: './x' })),
  'tree-name-controls': holding(rawMember({ name: './\u001b[2J\nx' }, 'x')),
  'tree-name-twice': holding(rawMember({ name: './x' }, 'one'), rawMember({ name: './x' }, 'two')),
  'tree-below-file': holding(rawMember({ name: './x' }, 'x'), rawMember({ name: './x/y' }, 'y')),
  'tree-below-nothing': holding(rawMember({ name: './no/such/directory/x' }, 'x')),
  'tree-below-symlink': holding(
    rawMember({ name: './x', type: '2', link: '/etc' }),
    rawMember({ name: './x/passwd' }, 'x'),
  ),
  'tree-hardlink-to-nothing': holding(rawMember({ name: './x', type: '1', link: './no' })),
  'tree-hardlink-out': holding(rawMember({ name: './x', type: '1', link: '../../etc/passwd' })),
  'tree-hardlink-to-itself': holding(rawMember({ name: './x', type: '1', link: './x' })),
  'tree-size-negative': holding(rawHeader({ name: './x', size: Buffer.alloc(12, 0xff) })),
  'tree-size-huge': holding(rawHeader({ name: './x', size: 8 * 1024 ** 3 - 1 })),
  'tree-prototype': holding(
    rawMember({ name: './__proto__', type: '5' }),
    rawMember({ name: './__proto__/x' }),
  ),
  'tree-pax-noise': holding(rawMember({ name: 'P', type: 'x' }, '7 a=b'), rawMember({ name: './x' })),
  'tree-pax-size': holding(paxHeader({ size: '1e9' }), rawMember({ name: './x' })),
  'tree-pax-mtime': holding(paxHeader({ mtime: '99999999999999999999.9' }), rawMember({ name: './x' })),
  'tree-million-files': repeated(
    12,
    Buffer.concat(Array.from({ length: 50_000 }, (_, at) => rawHeader({ name: `./f${at}` }))),
  ),
  'tree-fat-headers': repeated(
    600,
    Buffer.concat([
      paxHeader({ 'SCHILY.xattr.user.x': 'x'.repeat(1024 * 1024 - 100) }),
      rawHeader({ name: './x' }),
    ]),
  ),
  'tree-long-names': repeated(
    3000,
    Buffer.concat(
      Array.from({ length: 100 }, () =>
        Buffer.concat([paxHeader({ path: `./${'d'.repeat(4000)}x` }), rawHeader({ name: './x' })]),
      ),
    ),
  ),
  'tree-deep': holding(
    ...Array.from({ length: 2000 }, (_, at) =>
      Buffer.concat([
        paxHeader({ path: `./${'d/'.repeat(at + 1)}` }),
        rawMember({ name: './d', type: '5', mode: 0o755 }),
      ]),
    ),
  ),
};
