import { createHash } from 'node:crypto';
import { createGunzip } from 'node:zlib';

import { messageOf } from '../base/index.js';

/** What a compressed archive unpacks to; the details end a sentence that begins with "its plain tar". */
export type PlainOutcome =
  | { readonly kind: 'found'; readonly size: number; readonly sha256: string }
  | { readonly kind: 'wrong'; readonly detail: string };

// zlib's default of 16 KiB makes sixteen times as many trips to its thread.
const CHUNK_SIZE = 256 * 1024;

/**
 * Unpacks gzip, of one or many members, as it arrives and keeps only the digest. Stops as soon as more comes out
 * than was declared, so that a small file cannot keep it busy for days.
 */
export class GunzipDigest {
  readonly #gunzip = createGunzip({ chunkSize: CHUNK_SIZE });
  readonly #hash = createHash('sha256');
  readonly #ended: Promise<void>;
  readonly #declared: number;
  #size = 0;
  #wrong: string | undefined;

  /** @param declared bytes that may come out */
  constructor(declared: number) {
    this.#declared = declared;
    this.#gunzip.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#ended = new Promise((resolve) => {
      this.#gunzip.once('error', (error) => {
        this.#wrong ??= `cannot be unpacked: ${messageOf(error)}`;
        resolve();
      });
      this.#gunzip.once('end', resolve);
      this.#gunzip.once('close', resolve);
    });
  }

  /** Settles when the next piece may come; never rejects. */
  async write(piece: Buffer): Promise<void> {
    if (this.#wrong !== undefined) return;
    const taken = new Promise<void>((resolve) => this.#gunzip.write(piece, () => resolve()));
    await Promise.race([taken, this.#ended]);
  }

  async finish(): Promise<PlainOutcome> {
    if (this.#wrong === undefined) {
      this.#gunzip.end();
      await this.#ended;
    }
    this.#gunzip.destroy();
    if (this.#wrong !== undefined) return { kind: 'wrong', detail: this.#wrong };
    return { kind: 'found', size: this.#size, sha256: this.#hash.digest('hex') };
  }

  #take(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size <= this.#declared) {
      this.#hash.update(chunk);
      return;
    }
    this.#wrong ??= `is larger than the ${this.#declared} bytes listed`;
    this.#gunzip.destroy();
  }
}
