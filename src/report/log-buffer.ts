const MIB = 1024 * 1024;
/** More than any honest build writes; a program that writes without end must fill neither memory nor disk. */
const MOST_HEAD = 16 * MIB;
const MOST_TAIL = 4 * MIB;

/** Collects what the programs of one step write: all of it, or its beginning and its end. */
export class LogBuffer {
  readonly #head: Uint8Array[] = [];
  readonly #tail: Uint8Array[] = [];
  #headSize = 0;
  #isHeadClosed = false;
  #tailSize = 0;
  #dropped = 0;

  add(chunk: Uint8Array): void {
    // What comes after the head was closed belongs behind it, however little it is.
    this.#isHeadClosed ||= this.#headSize + chunk.length > MOST_HEAD;
    if (!this.#isHeadClosed) {
      this.#head.push(chunk);
      this.#headSize += chunk.length;
      return;
    }
    this.#tail.push(chunk);
    this.#tailSize += chunk.length;
    while (this.#tailSize > MOST_TAIL) {
      const oldest = this.#tail.shift()?.length ?? 0;
      this.#tailSize -= oldest;
      this.#dropped += oldest;
    }
  }

  get isEmpty(): boolean {
    return this.#head.length === 0 && this.#tail.length === 0;
  }

  bytes(): Buffer {
    const gap = this.#dropped === 0 ? [] : [Buffer.from(`\n[mkve left out ${this.#dropped} bytes here]\n`)];
    return Buffer.concat([...this.#head, ...gap, ...this.#tail]);
  }
}
