import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

import { type Digest, digestFromHex, READ_ENTRY } from '../base/index.js';

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

/** Small and used again and again: the first touch of every fresh page is a fault, dearer than what is read into it. */
const WINDOW = 256 * 1024;

/** The digest of a stream that lies in pieces. */
export class PieceHash {
  readonly #hash = createHash('sha256');
  readonly #damaged: string[] = [];
  readonly #window = Buffer.allocUnsafeSlow(WINDOW);
  #size = 0;

  add(piece: Piece): void {
    if (this.#read(piece)) this.#size += piece.size;
    else this.#damaged.push(piece.path);
  }

  finish(): PieceHashResult {
    return { digest: digestFromHex(this.#hash.digest('hex')), size: this.#size, damaged: this.#damaged };
  }

  /** Whether the piece is what it must be. */
  #read({ path, size, check }: Piece): boolean {
    try {
      const file = openSync(path, READ_ENTRY);
      try {
        if (fstatSync(file).size !== size) return false;
        let found = 0;
        for (let at = 0; at < size; ) {
          const read = readSync(file, this.#window, 0, Math.min(WINDOW, size - at), null);
          if (read === 0) return false;
          const bytes = this.#window.subarray(0, read);
          found = crc32(bytes, found);
          this.#hash.update(bytes);
          at += read;
        }
        return found === check;
      } finally {
        closeSync(file);
      }
    } catch {
      return false;
    }
  }
}
