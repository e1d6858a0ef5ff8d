import { truncateSync, writeFileSync } from 'node:fs';

import { digestOf, hexOf } from '../../../src/base/index.js';
import { METAINFO_PATH, type Metainfo } from '../../../src/bundle/index.js';
import { encodeMemberHeader, paddingAfter } from '../../../src/bundle/member-header.js';
import { bundleMembers, bytesOf, EPOCH, type Ingredients } from '../bundle-rig.js';
import { END, rawHeader, rawMember } from './tar-blocks.js';

/** What a hostile bundle is made of: a small, right one, in pieces. */
export interface Pieces {
  /** Each with its header and its padding. */
  readonly metainfo: Buffer;
  readonly conf: Buffer;
  readonly packages: Buffer;
  readonly rootfs: Buffer;
}

/** Writes a case to a path; where it answers bytes, those are the file. */
export type BundleMaker = (path: string) => Promise<Buffer | undefined> | Buffer | undefined;

export async function piecesOf(from: Ingredients = {}): Promise<Pieces> {
  const blocks = (await bundleMembers({ plain: PLAIN, ...from })).map(asBlocks);
  const [metainfo, conf, packages, rootfs] = blocks;
  if (!metainfo || !conf || !packages || !rootfs) throw new Error('a bundle has four members');
  return { metainfo, conf, packages, rootfs };
}

/** A member with the header that format 1 prescribes. */
export function asBlocks(member: Awaited<ReturnType<typeof bundleMembers>>[number]): Buffer {
  const bytes = bytesOf(member);
  return Buffer.concat([encodeMemberHeader({ ...member, mtime: EPOCH }), bytes, paddingAfter(bytes.length)]);
}

/** A root file system of one directory and one file, so that `mkve diff` has something to read. */
export const PLAIN = Buffer.concat([
  rawMember({ name: './', type: '5', mode: 0o755 }),
  rawMember({ name: './file' }, 'good\n'),
  END,
]);

export const joined = ({ metainfo, conf, packages, rootfs }: Pieces): Buffer =>
  Buffer.concat([metainfo, conf, packages, rootfs, END]);

/** The right bundle with something done to its bytes. */
export const spoilt =
  (change: (bytes: Buffer, pieces: Pieces) => Buffer): BundleMaker =>
  async () => {
    const pieces = await piecesOf();
    return change(joined(pieces), pieces);
  };

/** The right bundle with more members, behind the conf file. */
export const withMembers = (...more: readonly Buffer[]): BundleMaker =>
  spoilt((_, { metainfo, conf, packages, rootfs }) =>
    Buffer.concat([metainfo, conf, ...more, packages, rootfs, END]),
  );

/** A bundle whose metainfo lists what is there, but for what is changed in it. */
export const described =
  (change: (metainfo: Metainfo) => unknown): BundleMaker =>
  async () =>
    joined(await piecesOf({ change: (metainfo) => change(metainfo) as Metainfo }));

/** A bundle with these very bytes as its metainfo. */
export const withMetainfo = (bytes: Buffer | string): BundleMaker =>
  spoilt((_, { conf, packages, rootfs }) =>
    Buffer.concat([rawMember({ name: METAINFO_PATH }, bytes), conf, packages, rootfs, END]),
  );

/** A bundle that is right but for what its root file system holds. */
export const ofRootfs =
  (plain: Buffer, more: Ingredients = {}): BundleMaker =>
  async () =>
    joined(await piecesOf({ plain, ...more }));

/** Other bytes as the packed root file system, under right digests or under those of the right one. */
export function packed(
  bytes: Buffer,
  plain: { readonly size: number; readonly sha256: string },
): BundleMaker {
  return async () => {
    const change = (metainfo: Metainfo): Metainfo => ({
      ...metainfo,
      members: metainfo.members.map((entry) =>
        'compression' in entry
          ? { ...entry, plain, size: bytes.length, sha256: hexOf(digestOf(bytes)) }
          : entry,
      ),
    });
    const { metainfo, conf, packages } = await piecesOf({ change });
    return Buffer.concat([metainfo, conf, packages, rawMember({ name: 'rootfs.tar.gz' }, bytes), END]);
  };
}

export const flip = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
};

/** Deterministic noise: a linear congruential generator. */
export function noise(length: number, seed = 1): Buffer {
  let state = seed;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state >> 16;
  };
  return Buffer.from(Array.from({ length }, next));
}

/** Cases about the archive around the members. */
export const ARCHIVE_CASES: Readonly<Record<string, BundleMaker>> = {
  right: spoilt((bytes) => bytes),
  empty: () => Buffer.alloc(0),
  'one-byte': () => Buffer.from('x'),
  noise: () => noise(10_240),
  'only-the-end': () => END,
  compressed: spoilt((bytes) => Buffer.concat([Buffer.from('1f8b', 'hex'), bytes])),
  'cut-in-header': spoilt((bytes) => bytes.subarray(0, 300)),
  'cut-in-metainfo': spoilt((bytes) => bytes.subarray(0, 700)),
  'cut-in-rootfs': spoilt((bytes) => bytes.subarray(0, bytes.length - 1300)),
  'end-missing': spoilt((bytes) => bytes.subarray(0, -1024)),
  'end-halved': spoilt((bytes) => bytes.subarray(0, -512)),
  'trailing-byte': spoilt((bytes) => Buffer.concat([bytes, Buffer.from('x')])),
  'trailing-zeros': spoilt((bytes) => Buffer.concat([bytes, Buffer.alloc(512)])),
  'trailing-bundle': spoilt((bytes) => Buffer.concat([bytes, bytes])),
  'zero-block-between': spoilt((_, { metainfo, conf, packages, rootfs }) =>
    Buffer.concat([metainfo, Buffer.alloc(512), conf, packages, rootfs, END]),
  ),
  'checksum-wrong': withMembers(rawMember({ name: 'conf/x', checksumOff: 1 })),
  'magic-wrong': withMembers(rawMember({ name: 'conf/x', magic: 'never\x0000' })),
  'padding-not-zero': spoilt((bytes) => flip(bytes, bytes.length - 1024 - 2)),
  'owner-not-root': spoilt((_, { metainfo, conf, packages, rootfs }) =>
    Buffer.concat([
      metainfo,
      rawMember({ name: 'conf/config', uid: 1000, mtime: EPOCH }, conf.subarray(512, 530)),
      packages,
      rootfs,
      END,
    ]),
  ),
  'sparse-terabyte': async (path) => {
    writeFileSync(path, joined(await piecesOf()));
    truncateSync(path, 2 ** 40);
    return undefined;
  },
  'size-negative': withMembers(rawHeader({ name: 'conf/x', size: Buffer.alloc(12, 0xff) })),
  'size-beyond-file': withMembers(rawHeader({ name: 'conf/x', size: 8 * 1024 ** 3 - 1 })),
  'size-beyond-numbers': withMembers(
    rawHeader({ name: 'conf/x', size: Buffer.concat([Buffer.from([0x80]), Buffer.alloc(11, 0x7f)]) }),
  ),
  'size-no-number': withMembers(rawHeader({ name: 'conf/x', size: Buffer.from('zzzzzzzzzzzz') })),
};
