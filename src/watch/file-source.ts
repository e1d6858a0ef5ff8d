import { type KindOf, type Places, placesOf } from './places.js';

/** The system refuses to watch more. */
export interface WatchLimit {
  readonly message: string;
  readonly hint: string;
}

/** Port: tells that something changed. Its events carry paths and no truth: whoever is told looks for himself. */
export interface FileSource {
  /**
   * Watches for these paths, and no longer for others: see `placesOf`.
   * @returns `armed` when something is watched now that was not before, so that a change in between was missed;
   * `unchanged` otherwise
   */
  watch(reads: Iterable<string>): Promise<'armed' | 'unchanged'>;
  close(): Promise<void>;
}

export interface FileListener {
  readonly changed: (path: string) => void;
  readonly failed: (limit: WatchLimit) => void;
}

/** Files that a test changes by saying so. */
export class MemoryFileSource implements FileSource {
  readonly #listener: FileListener;
  readonly #kinds: Map<string, 'directory' | 'other'>;
  #places: Places = placesOf([], () => 'missing');
  #isClosed = false;

  /** @param kinds what exists; other paths are missing */
  constructor(listener: FileListener, kinds: Iterable<readonly [string, 'directory' | 'other']>) {
    this.#listener = listener;
    this.#kinds = new Map(kinds);
  }

  watch(reads: Iterable<string>): Promise<'armed' | 'unchanged'> {
    const kindOf: KindOf = (path) => this.#kinds.get(path) ?? 'missing';
    const places = placesOf(reads, kindOf);
    const fresh = [...places.directories.keys()].some((path) => !this.#places.directories.has(path));
    this.#places = places;
    return Promise.resolve(fresh ? 'armed' : 'unchanged');
  }

  /** Something happens to the file at this path; `kind` is what is there afterwards. */
  touch(path: string, kind: 'directory' | 'other' | 'missing' = 'other'): void {
    if (kind === 'missing') this.#kinds.delete(path);
    else this.#kinds.set(path, kind);
    if (!this.#isClosed && this.#places.isRelevant(path)) this.#listener.changed(path);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }
}
