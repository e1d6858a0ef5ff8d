/** Told how many bytes of the plain archive are done, of how many in all. */
export type OnPackProgress = (done: number, total: number) => void;

/** Counts bytes that are done, and tells of every whole percent: more often nobody can see. */
export class PackProgress {
  readonly #total: number;
  readonly #tell: OnPackProgress | undefined;
  #done = 0;
  #told = 0;

  /** @param total about how many bytes there will be */
  constructor(total: number, tell: OnPackProgress | undefined) {
    this.#total = total;
    this.#tell = tell;
  }

  add(bytes: number): void {
    this.#done += bytes;
    // The end is told of once it is known.
    const percent = Math.min(99, Math.floor((this.#done / Math.max(1, this.#total)) * 100));
    if (percent === this.#told) return;
    this.#told = percent;
    this.#tell?.(Math.min(this.#done, this.#total), this.#total);
  }

  finish(): void {
    this.#tell?.(this.#done, this.#done);
  }
}
