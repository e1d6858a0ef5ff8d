import { Parser } from 'tar/parse';
import type { ReadEntry } from 'tar/read-entry';

import { messageOf } from '../base/index.js';

/**
 * node-tar's parser, driven block by block. Given one header block at a time it never buffers, and given exactly a
 * member's content it never looks past it; so its own queue, back-pressure and gunzip never come into play. With
 * `strict` it reports every oddity as an `error` event and carries on; here the first one is kept, and the
 * caller stops.
 */
export class TarFeed {
  readonly #parser = new Parser({ strict: true });
  #entry: ReadEntry | undefined;
  #fault: string | undefined;
  #started = false;
  #sawNullBlock = false;
  #ended = false;

  constructor() {
    this.#parser.on('entry', (entry: ReadEntry) => {
      // The content is taken from what was fed; an entry that does not flow would hold the parser up.
      entry.resume();
      this.#entry = entry;
    });
    this.#parser.on('ignoredEntry', (entry: ReadEntry) => {
      this.#entry = entry;
    });
    this.#parser.on('nullBlock', () => {
      this.#sawNullBlock = true;
    });
    this.#parser.on('eof', () => {
      this.#ended = true;
    });
    this.#parser.on('error', (error: unknown) => this.#note(messageOf(error)));
  }

  /** The two zero blocks were seen. */
  get ended(): boolean {
    return this.#ended;
  }

  get fault(): string | undefined {
    return this.#fault;
  }

  /** @param bytes one block where a header is due, else content of the member begun last */
  feed(bytes: Buffer): void {
    if (!this.#started && isCompressed(bytes)) this.#note('it is compressed, which a bundle never is');
    this.#started = true;
    if (this.#fault !== undefined) return;
    try {
      this.#parser.write(bytes);
    } catch (thrown) {
      this.#note(messageOf(thrown));
    }
  }

  /** The member whose header was completed by the last feed. */
  takeEntry(): ReadEntry | undefined {
    const entry = this.#entry;
    this.#entry = undefined;
    if (entry !== undefined && this.#sawNullBlock) this.#note('a member stands after a zero block');
    return entry;
  }

  #note(fault: string): void {
    this.#fault ??= fault;
  }
}

// RFC 1952 2.3.1 and RFC 8878 3.1.1: node-tar would unpack these by itself.
function isCompressed(bytes: Buffer): boolean {
  return (
    bytes.subarray(0, 2).toString('hex') === '1f8b' || bytes.subarray(0, 4).toString('hex') === '28b52ffd'
  );
}
