import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { hasErrorCode } from '../base/index.js';
import { identityOfThisProcess, isAlive, type ProcessIdentity } from './identity.js';

const POLL_MS = 40;

/**
 * One holder a name among all processes. It saves work and is not what keeps results right: were two processes to
 * hold the same name after all, both would publish the same result.
 *
 * A lock is a file that appears by link(2) with its holder's identity already in it, so nobody ever reads half of
 * one. The lock of a dead process is taken away by whoever wants it next.
 */
export class KeyLock {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Waits for the lock; resolves with what gives it back, once. Rejects with the signal's reason when aborted, also
   * when it was aborted before.
   */
  async acquire(name: string, signal?: AbortSignal): Promise<() => Promise<void>> {
    signal?.throwIfAborted();
    const path = join(this.#directory, name);
    await mkdir(this.#directory, { recursive: true });
    while (!(await this.#tryAcquire(path))) {
      signal?.throwIfAborted();
      await this.#breakIfStale(path);
      await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() =>
        signal?.throwIfAborted(),
      );
    }
    return releaseOf(path);
  }

  async #tryAcquire(path: string): Promise<boolean> {
    const staged = `${path}.${randomBytes(6).toString('hex')}`;
    await writeFile(staged, JSON.stringify(identityOfThisProcess()), { flag: 'wx' });
    try {
      await link(staged, path);
      return true;
    } catch (thrown) {
      if (hasErrorCode(thrown, 'EEXIST')) return false;
      throw thrown;
    } finally {
      await rm(staged, { force: true });
    }
  }

  async #breakIfStale(path: string): Promise<void> {
    const holder = await readHolder(path);
    if (holder === 'gone' || (holder !== 'unreadable' && isAlive(holder))) return;
    // Only one process breaks at a time, and it looks again: what it deletes is the stale lock and not the fresh
    // one that another waiter put in its place.
    const breaking = `${path}.break`;
    if (!(await this.#tryAcquire(breaking))) {
      const breaker = await readHolder(breaking);
      if (breaker !== 'gone' && breaker !== 'unreadable' && !isAlive(breaker))
        await rm(breaking, { force: true });
      return;
    }
    const again = await readHolder(path);
    if (again === 'unreadable' || (again !== 'gone' && !isAlive(again))) await rm(path, { force: true });
    await rm(breaking, { force: true });
  }
}

/** A second call does nothing: by then the file may be somebody else's lock. */
function releaseOf(path: string): () => Promise<void> {
  let held = true;
  return async () => {
    if (!held) return;
    held = false;
    await rm(path, { force: true });
  };
}

async function readHolder(path: string): Promise<ProcessIdentity | 'gone' | 'unreadable'> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ProcessIdentity;
  } catch (thrown) {
    return hasErrorCode(thrown, 'ENOENT') ? 'gone' : 'unreadable';
  }
}
