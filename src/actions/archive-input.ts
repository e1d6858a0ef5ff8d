import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

import { type Digest, digestFromHex } from '../base/index.js';

/** How a tar archive is compressed. */
export type Compression = 'none' | 'gzip' | 'xz' | 'zstd';

const PIECE = 1024 * 1024;

/** The digest of a file's bytes; with `to`, a copy of them as well. The signal ends it with an AbortError. */
export async function digestFile(file: string, signal: AbortSignal, to?: string): Promise<Digest> {
  // A FIFO that has come in the file's place may not be waited for.
  const source = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  let target: FileHandle | undefined;
  try {
    if (to !== undefined) target = await open(to, 'wx', 0o644);
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(PIECE);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await source.read(piece, 0, PIECE);
      if (bytesRead === 0) return digestFromHex(hash.digest('hex'));
      const bytes = piece.subarray(0, bytesRead);
      hash.update(bytes);
      await target?.writeFile(bytes);
    }
  } finally {
    await source.close();
    await target?.close();
  }
}

/** By the first bytes, since names say little: RFC 1952, the .xz format, RFC 8878, and ustar's magic. */
export async function compressionOf(file: string): Promise<Compression | undefined> {
  const source = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const head = Buffer.alloc(512);
    await source.read(head, 0, head.length, 0);
    const begins = (hex: string) => head.subarray(0, hex.length / 2).toString('hex') === hex;
    if (begins('1f8b')) return 'gzip';
    if (begins('fd377a585a00')) return 'xz';
    if (begins('28b52ffd')) return 'zstd';
    return head.toString('latin1', 257, 262) === 'ustar' ? 'none' : undefined;
  } finally {
    await source.close();
  }
}
