/** Collects what the programs of one step write. */
export class LogBuffer {
  readonly #chunks: Uint8Array[] = [];

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
