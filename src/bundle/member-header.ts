import { Header } from 'tar/header';
import { Pax } from 'tar/pax';

import { bug } from '../base/index.js';

/** Tar works in blocks of this many bytes (POSIX pax, "ustar Interchange Format"). */
export const BLOCK = 512;

/**
 * What ends a bundle: the two zero blocks that POSIX asks for. GNU tar pads to 10240 bytes besides, for tapes;
 * no reader needs that of a file.
 */
export const END_OF_ARCHIVE: Uint8Array = Buffer.alloc(2 * BLOCK);

/** All that a member's header depends on; everything else in it is fixed by the format. */
export interface MemberFacts {
  readonly path: string;
  /** 0o644 or 0o755. */
  readonly mode: number;
  /** Bytes of content. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

/**
 * The blocks that stand before a member's content: a ustar header of a regular file of owner 0:0 without user
 * names, and before it a pax extended header with path and size when the path is long or not ASCII, or the size
 * is 8 GiB or more.
 */
export function encodeMemberHeader({ path, mode, size, mtime }: MemberFacts): Buffer {
  const header = new Header({
    path,
    mode,
    uid: 0,
    gid: 0,
    size,
    mtime: new Date(mtime * 1000),
    type: 'File',
    uname: '',
    gname: '',
  });
  const needsPax = header.encode();
  const block = header.block ?? bug('node-tar encoded no header block');
  return needsPax ? Buffer.concat([new Pax({ path, size }).encode(), block]) : block;
}

/** The zero bytes that fill up the last block of a member's content. */
export function paddingAfter(size: number): Uint8Array {
  return END_OF_ARCHIVE.subarray(0, (BLOCK - (size % BLOCK)) % BLOCK);
}
