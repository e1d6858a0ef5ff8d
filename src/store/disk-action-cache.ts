import { join } from 'node:path';

import {
  type CanonicalValue,
  canonicalJson,
  type Digest,
  digestOf,
  hexOf,
  seal,
  unseal,
} from '../base/index.js';
import type { ActionCache, ActionResult, Claim, Lookup, LookupWait } from './action-cache.js';
import { KeyLock } from './key-lock.js';
import { type Clock, markUsed } from './mark-use.js';
import { publishEntry } from './publish-entry.js';
import { readEntryText } from './read-entry.js';

/**
 * `actions/ab/KEY.json`: the digest of what follows, a newline, the result. The digest makes a torn or altered
 * entry a miss. Reading an entry marks it as used, and what is marked since a build began is not collected.
 */
export class DiskActionCache implements ActionCache {
  readonly #directory: string;
  readonly #locks: KeyLock;
  readonly #clock: Clock | undefined;

  /** @param clock without it uses leave no mark */
  constructor(directories: { readonly actions: string; readonly locks: string }, clock?: Clock) {
    this.#directory = directories.actions;
    this.#locks = new KeyLock(directories.locks);
    this.#clock = clock;
  }

  async read(key: Digest): Promise<ActionResult | undefined> {
    let text: string;
    try {
      text = await readEntryText(this.#pathOf(key));
    } catch {
      return undefined;
    }
    const body = unseal(text);
    if (body === undefined) return undefined;
    const result = JSON.parse(body) as ActionResult;
    if (digestOf(result.action) !== key) return undefined;
    if (this.#clock === undefined) return result;
    // Taken away since it was read: what it refers to may be on its way out as well.
    return (await markUsed(this.#pathOf(key), this.#clock)) === 'gone' ? undefined : result;
  }

  async lookup(
    key: Digest,
    isUsable: (result: ActionResult) => Promise<boolean>,
    wait: LookupWait = {},
  ): Promise<Lookup> {
    const release = await this.#locks.acquire(hexOf(key), wait);
    try {
      const result = await this.read(key);
      if (result !== undefined && (await isUsable(result))) {
        await release();
        return { kind: 'hit', result };
      }
    } catch (thrown) {
      await release();
      throw thrown;
    }
    return { kind: 'miss', claim: this.#claim(key, release) };
  }

  #claim(key: Digest, release: () => Promise<void>): Claim {
    return {
      release,
      publish: async (result) => {
        try {
          await publishEntry(this.#pathOf(key), seal(canonicalJson(result as unknown as CanonicalValue)));
        } finally {
          await release();
        }
      },
    };
  }

  #pathOf(key: Digest): string {
    const hex = hexOf(key);
    return join(this.#directory, hex.slice(0, 2), `${hex}.json`);
  }
}
