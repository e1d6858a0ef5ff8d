import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, hexOf, seal, unseal } from '../base/index.js';
import { publishEntry } from './publish-entry.js';
import { readEntryText } from './read-entry.js';

/**
 * `last/differs-KEY.json`: what differed when the action of a key was run twice. Such an action is cached as any other:
 * later steps are keyed by the tree that it left, so they are right about whichever result there is.
 */
export class Reproducibility {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @param differences paths, or names of results; none: it was found reproducible after all */
  async note(key: Digest, differences: readonly string[]): Promise<void> {
    if (differences.length === 0) await rm(this.#pathOf(key), { force: true });
    else await publishEntry(this.#pathOf(key), seal(JSON.stringify(differences)));
  }

  /** None also when nobody has looked. */
  async differences(key: Digest): Promise<readonly string[]> {
    try {
      const body = unseal(await readEntryText(this.#pathOf(key)));
      return body === undefined ? [] : (JSON.parse(body) as readonly string[]);
    } catch {
      return [];
    }
  }

  #pathOf(key: Digest): string {
    return join(this.#directory, `differs-${hexOf(key)}.json`);
  }
}
