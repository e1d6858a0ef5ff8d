import { lstat } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, hexOf, isDigest, seal, unseal } from '../base/index.js';
import { type Clock, markUsed } from './mark-use.js';
import { publishEntry } from './publish-entry.js';
import { readEntryText } from './read-entry.js';

/** One independently compressed piece of a packed root file system. */
export interface Segment {
  /** The compressed bytes. */
  readonly blob: Digest;
  readonly size: number;
  /** CRC-32 of the compressed bytes: a reader that only passes them on to another digest need not compute theirs. */
  readonly check: number;
  readonly plain: PlainPiece;
}

/** The piece of plain tar that a segment holds, kept beside it. */
export interface PlainPiece {
  /** Digest of what determines the bytes, not of the bytes. */
  readonly key: Digest;
  readonly size: number;
  /** CRC-32 of the bytes. */
  readonly check: number;
}

/**
 * `segments/ab/KEY.json`: which segments a part of an archive consists of, by the digest of everything that determines
 * their bytes. `segments/ab/KEY.tar`: a piece of plain tar. No claims: two processes that make the same segment store
 * the same bytes. Nothing in here is needed: what is missing is made again.
 */
export class SegmentIndex {
  readonly #directory: string;
  readonly #clock: Clock | undefined;

  /** @param clock without it uses leave no mark */
  constructor(directory: string, clock?: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  async get(key: Digest): Promise<readonly Segment[] | undefined> {
    const path = this.#pathOf(key, 'json');
    try {
      const segments = readSegments(await readEntryText(path));
      if (segments === undefined) return undefined;
      if (this.#clock !== undefined && (await markUsed(path, this.#clock)) === 'gone') return undefined;
      return segments;
    } catch {
      return undefined;
    }
  }

  async put(key: Digest, segments: readonly Segment[]): Promise<void> {
    await publishEntry(this.#pathOf(key, 'json'), seal(JSON.stringify(segments)));
  }

  /** Where a piece of plain tar lies if it is there, for readers that stream and check on their own. */
  plainPath(key: Digest): string {
    return this.#pathOf(key, 'tar');
  }

  async putPlain(key: Digest, bytes: Uint8Array): Promise<void> {
    await publishEntry(this.plainPath(key), bytes, { mode: 0o444 });
  }

  async hasPlain({ key, size }: PlainPiece): Promise<boolean> {
    try {
      const found = await lstat(this.plainPath(key));
      return found.isFile() && found.size === size;
    } catch {
      return false;
    }
  }

  #pathOf(key: Digest, kind: 'json' | 'tar'): string {
    const hex = hexOf(key);
    return join(this.#directory, hex.slice(0, 2), `${hex}.${kind}`);
  }
}

/** Nothing for a record that is damaged, or that another version of mkve wrote in another shape. */
export function readSegments(text: string): readonly Segment[] | undefined {
  const body = unseal(text);
  if (body === undefined) return undefined;
  const segments: unknown = JSON.parse(body);
  return Array.isArray(segments) && segments.every(isSegment) ? segments : undefined;
}

function isSegment(value: unknown): value is Segment {
  if (typeof value !== 'object' || value === null) return false;
  const { blob, size, check, plain } = value as Partial<Segment>;
  return isDigest(blob) && typeof size === 'number' && typeof check === 'number' && isDigest(plain?.key);
}
