import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { hasErrorCode } from '../base/index.js';
import { identityOfThisProcess } from './identity.js';
import { heldLock, KeyLock, showLife } from './key-lock.js';

const PREFIX = 'running-';

/** Marks are made by the clock of their process, and a sign of life comes every few seconds. */
const BEFORE_MS = 60_000;

/**
 * Shows that a build runs. After the clock was set back it would have begun in the future, and what it marks as used from now
 * on would seem to be older.
 */
export async function showLifeSince(path: string): Promise<void> {
  await showLife(path);
  const { mtimeMs, ctimeMs } = await stat(path);
  if (mtimeMs <= ctimeMs) return;
  const since = (ctimeMs - BEFORE_MS) / 1000;
  await utimes(path, since, since);
}

/**
 * `locks/running-RANDOM`: who relies on the store right now. Its mtime says since when: what was marked as used later
 * than that may be in use. Those of dead processes count no more.
 */
export class RunningBuilds {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * What is read from the store after this is not collected before the answer is called. Whoever keeps a layer mounted,
   * or goes by the name of a blob, enters first. At once and not in a promise, so that nothing is read before.
   */
  enter(): () => Promise<void> {
    const path = join(this.#directory, `${PREFIX}${randomBytes(6).toString('hex')}`);
    try {
      mkdirSync(this.#directory, { recursive: true });
      writeFileSync(`${path}.tmp`, JSON.stringify(identityOfThisProcess()), { flag: 'wx' });
      renameSync(`${path}.tmp`, path);
    } catch (thrown) {
      // Where nothing can be written nothing is collected either, and what is up to date is so all the same.
      if (hasErrorCode(thrown, 'EROFS', 'EACCES', 'EPERM')) return () => Promise.resolve();
      throw thrown;
    }
    return heldLock(path, showLifeSince);
  }

  /** Milliseconds since 1970, by the clock of the file system: when the oldest one that still runs began. */
  async oldest(): Promise<number | undefined> {
    await new KeyLock(this.#directory).sweep();
    let oldest: number | undefined;
    for (const name of await readdir(this.#directory)) {
      if (!name.startsWith(PREFIX) || name.includes('.')) continue;
      const since = await stat(join(this.#directory, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      );
      if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since;
    }
    return oldest;
  }
}
