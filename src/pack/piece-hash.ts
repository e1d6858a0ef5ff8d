import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

import { type Digest, digestFromHex } from '../base/index.js';

/** A file that is a piece of a stream, with what it must hold. */
export interface Piece {
  readonly path: string;
  readonly size: number;
  /** CRC-32: enough to notice what a disk or a crash does, at a tenth of the cost of a digest. */
  readonly check: number;
}

export interface PieceHashResult {
  readonly digest: Digest;
  readonly size: number;
  /** Paths of pieces that are missing or not what they must be; with any of them the digest means nothing. */
  readonly damaged: readonly string[];
}

/** The digest of a stream that lies in pieces. */
export class PieceHash {
  readonly #hash = createHash('sha256');
  readonly #damaged: string[] = [];
  #size = 0;
  #buffer: Buffer = Buffer.alloc(0);

  add(piece: Piece): void {
    const bytes = this.#read(piece);
    if (bytes === undefined || crc32(bytes) !== piece.check) {
      this.#damaged.push(piece.path);
      return;
    }
    this.#hash.update(bytes);
    this.#size += bytes.length;
  }

  finish(): PieceHashResult {
    return { digest: digestFromHex(this.#hash.digest('hex')), size: this.#size, damaged: this.#damaged };
  }

  #read({ path, size }: Piece): Buffer | undefined {
    if (this.#buffer.length < size) this.#buffer = Buffer.allocUnsafeSlow(size);
    const bytes = this.#buffer.subarray(0, size);
    try {
      const file = openSync(path, 'r');
      try {
        if (fstatSync(file).size !== size) return undefined;
        for (let at = 0; at < size; ) {
          const read = readSync(file, bytes, at, size - at, null);
          if (read === 0) return undefined;
          at += read;
        }
        return bytes;
      } finally {
        closeSync(file);
      }
    } catch {
      return undefined;
    }
  }
}
