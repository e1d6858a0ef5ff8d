const MOST_LINES = 20;
const MOST_BYTES = 16_384;

/** Keeps the end of what a program writes, for the failure that may come of it. */
export class Tail {
  #kept = Buffer.alloc(0);

  add(chunk: Uint8Array): void {
    const all = Buffer.concat([this.#kept, chunk]);
    this.#kept = all.subarray(Math.max(0, all.length - MOST_BYTES));
  }

  lines(): readonly string[] {
    const lines = this.#kept.toString('utf8').split('\n');
    return lines.filter((line, index) => line !== '' || index < lines.length - 1).slice(-MOST_LINES);
  }
}
