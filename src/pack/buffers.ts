/** Rounded up to this, so that nearly every buffer serves for nearly every segment. */
const GRAIN = 4 * 1024 * 1024;

/** Buffers that are used again: in a new one, every page is a fault and has to be cleared first. */
export class Buffers {
  readonly #spare: Buffer[] = [];

  /** A buffer of at least this size, with anything in it. */
  take(size: number): Buffer {
    const index = this.#spare.findIndex(({ length }) => length >= size);
    const [known] = index === -1 ? [] : this.#spare.splice(index, 1);
    return known ?? Buffer.allocUnsafeSlow(GRAIN * Math.ceil(size / GRAIN));
  }

  giveBack(buffer: Buffer): void {
    this.#spare.push(buffer);
  }
}
