import { type BundleInput, readAt } from './bundle-input.js';
import { CHUNK } from './chunked-output.js';
import { paddingAfter } from './member-header.js';
import type { TarFeed } from './tar-feed.js';

/** The content of the member that is being read, taken piece by piece from the file. */
export class MemberContent {
  readonly #input: BundleInput;
  readonly #feed: TarFeed;
  #position: number;
  #left: number;
  readonly #padding: number;
  #truncated = false;

  constructor(
    source: { readonly input: BundleInput; readonly feed: TarFeed },
    extent: { readonly offset: number; readonly size: number },
  ) {
    this.#input = source.input;
    this.#feed = source.feed;
    this.#position = extent.offset;
    this.#left = extent.size;
    this.#padding = paddingAfter(extent.size).length;
  }

  /** The file ends before the content does. */
  get truncated(): boolean {
    return this.#truncated;
  }

  /** The next piece, at most a mebibyte, in a buffer of its own; undefined at the end. */
  async read(): Promise<Buffer | undefined> {
    if (this.#left === 0 || this.#truncated) return undefined;
    const count = Math.min(CHUNK, this.#left);
    const piece = await this.#take(count);
    if (piece.length < count) {
      this.#truncated = true;
      return undefined;
    }
    this.#left -= count;
    if (this.#left === 0) this.#truncated = (await this.#take(this.#padding)).length < this.#padding;
    return piece;
  }

  /** Passes over what was not read; answers where the next header is due. */
  async finish(): Promise<number> {
    while ((await this.read()) !== undefined);
    return this.#position;
  }

  async #take(count: number): Promise<Buffer> {
    const bytes = await readAt(this.#input, { at: this.#position, count });
    this.#position += bytes.length;
    if (bytes.length > 0) this.#feed.feed(bytes);
    return bytes;
  }
}
