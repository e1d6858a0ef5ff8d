import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

import { type Digest, digestFromHex, err, messageOf, ok, type Result } from '../base/index.js';

/** One system call a mebibyte keeps the disk busy; larger gains nothing and holds more memory. */
export const CHUNK = 1024 * 1024;

/** A whole file that was just written. */
export interface WrittenFile {
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
}

/**
 * Writes a file from its beginning and hashes it on the way. Of two buffers one is filled while the other is
 * hashed and written. After a failed write further bytes are dropped; `finish` tells of the failure.
 */
export class ChunkedOutput {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #filling = Buffer.allocUnsafe(CHUNK);
  #spare = Buffer.allocUnsafe(CHUNK);
  #filled = 0;
  #size = 0;
  #writing: Promise<void> = Promise.resolve();
  #failure: string | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const room = this.room();
      const piece = bytes.subarray(at, at + room.length);
      room.set(piece);
      at += piece.length;
      await this.commit(piece.length);
    }
  }

  /** The free part of the buffer, never empty: read straight into it, then `commit` what was read. */
  room(): Buffer {
    return this.#filling.subarray(this.#filled);
  }

  async commit(count: number): Promise<void> {
    this.#filled += count;
    if (this.#filled === CHUNK) await this.#flush();
  }

  /** Waits for the last byte to be written; the error is the system's message. */
  async finish(): Promise<Result<WrittenFile, string>> {
    await this.#flush();
    await this.#writing;
    if (this.#failure !== undefined) return err(this.#failure);
    return ok({ size: this.#size, digest: digestFromHex(this.#hash.digest('hex')) });
  }

  async #flush(): Promise<void> {
    await this.#writing;
    const full = this.#filling;
    this.#writing = this.#write(full.subarray(0, this.#filled));
    this.#filling = this.#spare;
    this.#spare = full;
    this.#filled = 0;
  }

  // Never rejects: it runs unattended until the next flush.
  async #write(bytes: Buffer): Promise<void> {
    if (this.#failure !== undefined) return;
    const written = writeFully(this.#file, bytes).catch((thrown: unknown) => {
      this.#failure = messageOf(thrown);
    });
    this.#hash.update(bytes);
    this.#size += bytes.length;
    await written;
  }
}

// write(2) may take less than it was given.
async function writeFully(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at);
    at += bytesWritten;
  }
}
