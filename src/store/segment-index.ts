import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, hexOf, publishFile } from '../base/index.js';
import { seal, unseal } from './seal.js';

/** One independently compressed piece of a packed root file system. */
export interface Segment {
  /** The compressed bytes. */
  readonly blob: Digest;
  readonly size: number;
  /** Of the piece of plain tar it holds. */
  readonly plainSize: number;
}

/**
 * `segments/ab/KEY.json`: which blob holds the segment of a key (the digest of everything that determines its
 * bytes). No claims: two processes that compress the same segment store the same blob.
 */
export class SegmentIndex {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async get(key: Digest): Promise<Segment | undefined> {
    try {
      const body = unseal(await readFile(this.#pathOf(key), 'utf8'));
      return body === undefined ? undefined : (JSON.parse(body) as Segment);
    } catch {
      return undefined;
    }
  }

  async put(key: Digest, segment: Segment): Promise<void> {
    await publishFile(this.#pathOf(key), seal(JSON.stringify(segment)));
  }

  #pathOf(key: Digest): string {
    const hex = hexOf(key);
    return join(this.#directory, hex.slice(0, 2), `${hex}.json`);
  }
}
