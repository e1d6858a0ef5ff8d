import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

import { type Digest, digestFromHex, digestOf, hasErrorCode } from '../base/index.js';
import type { Member } from '../pack/index.js';
import { bytesOf, displayName } from '../tree/index.js';

type Content = Extract<Member, { kind: 'content' }>;

/** A file is no longer what it was when its tree was made. */
export class ContentChanged extends Error {}

const BLOCK = 1024 * 1024;

/**
 * Reads slices of the files of a directory that anybody may be writing to. Segments are kept under what the tree says
 * of them, so no byte may pass that is not of the file whose digest the tree has. A file that is read in slices is
 * hashed as a whole first, block by block, and each slice is compared with the blocks.
 */
export class VerifyingReader {
  readonly #root: Buffer;
  readonly #blocks = new Map<Content['path'], readonly Digest[]>();

  constructor(directory: string) {
    this.#root = Buffer.from(`${directory}/`);
  }

  read(member: Content): Buffer {
    const file = openQuietly(Buffer.concat([this.#root, bytesOf(member.path)]));
    try {
      const stats = fstatSync(file);
      if (!stats.isFile() || stats.size !== member.fileSize) throw changed(member);
      if (member.size === member.fileSize) return this.#readWhole(member, file);
      return this.#readSlice(member, file);
    } finally {
      closeSync(file);
    }
  }

  #readWhole(member: Content, file: number): Buffer {
    const bytes = readAt(member, file, { offset: 0, size: member.size });
    if (digestOf(bytes) !== member.digest) throw changed(member);
    return bytes;
  }

  #readSlice(member: Content, file: number): Buffer {
    const known = this.#blocks.get(member.path) ?? blockDigests(member, file);
    this.#blocks.set(member.path, known);
    const first = Math.floor(member.offset / BLOCK);
    const end = Math.ceil((member.offset + member.size) / BLOCK);
    const offset = first * BLOCK;
    const size = Math.min(end * BLOCK, member.fileSize) - offset;
    const bytes = readAt(member, file, { offset, size });
    for (let block = first; block < end; block++) {
      const at = block * BLOCK - offset;
      if (digestOf(bytes.subarray(at, at + BLOCK)) !== known[block]) throw changed(member);
    }
    return bytes.subarray(member.offset - offset, member.offset - offset + member.size);
  }
}

function blockDigests(member: Content, file: number): readonly Digest[] {
  const whole = createHash('sha256');
  const blocks: Digest[] = [];
  for (let offset = 0; offset < member.fileSize; offset += BLOCK) {
    const bytes = readAt(member, file, { offset, size: Math.min(BLOCK, member.fileSize - offset) });
    whole.update(bytes);
    blocks.push(digestOf(bytes));
  }
  if (digestFromHex(whole.digest('hex')) !== member.digest) throw changed(member);
  return blocks;
}

/** Leaves no access time behind where the caller may ask for that; never follows a link or waits for a FIFO. */
function openQuietly(path: Buffer): number {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    return openSync(path, flags | constants.O_NOATIME);
  } catch (thrown) {
    if (!hasErrorCode(thrown, 'EPERM')) throw thrown;
    return openSync(path, flags);
  }
}

function readAt(
  member: Content,
  file: number,
  { offset, size }: { readonly offset: number; readonly size: number },
): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let filled = 0; filled < size; ) {
    const read = readSync(file, bytes, filled, size - filled, offset + filled);
    if (read === 0) throw changed(member);
    filled += read;
  }
  return bytes;
}

function changed(member: Content): ContentChanged {
  return new ContentChanged(displayName(member.path));
}
