import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { hasErrorCode, linkOrCopy } from '../base/index.js';
import { identityOfThisProcess, lifeOf, type ProcessIdentity } from './identity.js';
import { readEntryText } from './read-entry.js';

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
   * when it was aborted before. `onWait` is told once, when a living process has it.
   */
  async acquire(
    name: string,
    { signal, onWait }: { readonly signal?: AbortSignal; readonly onWait?: () => void } = {},
  ): Promise<() => Promise<void>> {
    signal?.throwIfAborted();
    const path = join(this.#directory, name);
    await mkdir(this.#directory, { recursive: true });
    for (let tries = 0; !(await this.#tryAcquire(path)); tries++) {
      signal?.throwIfAborted();
      // The first time it may have been that of a dead process.
      if (tries === 1) onWait?.();
      await this.#breakIfStale(path);
      await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() =>
        signal?.throwIfAborted(),
      );
    }
    return heldLock(path);
  }

  /** As `acquire`, without waiting: nothing while another process holds the lock. */
  async acquireIfFree(name: string): Promise<(() => Promise<void>) | undefined> {
    const path = join(this.#directory, name);
    await mkdir(this.#directory, { recursive: true });
    if (await this.#tryAcquire(path)) return heldLock(path);
    await this.#breakIfStale(path);
    return (await this.#tryAcquire(path)) ? heldLock(path) : undefined;
  }

  /** Takes away the locks of dead processes that nobody has wanted since. */
  async sweep(): Promise<void> {
    const names = await readdir(this.#directory).catch(() => []);
    for (const name of names) if (!name.includes('.')) await this.#breakIfStale(join(this.#directory, name));
  }

  async #tryAcquire(path: string): Promise<boolean> {
    const staged = `${path}.${randomBytes(6).toString('hex')}`;
    await writeFile(staged, JSON.stringify(identityOfThisProcess()), { flag: 'wx' });
    try {
      // Where there are no hard links, somebody may read half of a copy and take the lock for stale: work done twice.
      await linkOrCopy(staged, path);
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
    if (holder === 'gone' || (holder !== 'unreadable' && (await holds(path, holder)))) return;
    // Only one process breaks at a time, and it looks again: what it deletes is the stale lock and not the fresh
    // one that another waiter put in its place.
    const breaking = `${path}.break`;
    if (!(await this.#tryAcquire(breaking))) {
      const breaker = await readHolder(breaking);
      if (breaker !== 'gone' && breaker !== 'unreadable' && !(await holds(breaking, breaker)))
        await rm(breaking, { force: true });
      return;
    }
    const again = await readHolder(path);
    if (again === 'unreadable' || (again !== 'gone' && !(await holds(path, again))))
      await rm(path, { recursive: true, force: true });
    await rm(breaking, { force: true });
  }
}

/** How often a holder shows that it lives, and after how long without that a foreign one is taken for dead. */
const SIGN_OF_LIFE_MS = 5_000;
const SILENCE_MS = 60_000;

/**
 * Shows that this process holds the lock file, and answers what gives it back. A second call of that does nothing: by then
 * the file may be somebody else's lock.
 */
export function heldLock(path: string, sign = showLife): () => Promise<void> {
  let held = true;
  const signs = setInterval(() => void sign(path).catch(() => undefined), SIGN_OF_LIFE_MS).unref();
  return async () => {
    if (!held) return;
    held = false;
    clearInterval(signs);
    await rm(path, { force: true });
  };
}

/** A changed ctime, which also a process of another pid namespace can see, by the clock of the file system that both share. */
export async function showLife(path: string): Promise<void> {
  await chmod(path, 0o644);
}

async function holds(path: string, holder: ProcessIdentity): Promise<boolean> {
  const life = lifeOf(holder);
  if (life !== 'unknown') return life === 'alive';
  try {
    const [lock, directory] = await Promise.all([stat(path), stat(dirname(path))]);
    // Whoever asks has just made a file in the directory, so its mtime is now.
    return directory.mtimeMs - lock.ctimeMs < SILENCE_MS;
  } catch {
    return true;
  }
}

async function readHolder(path: string): Promise<ProcessIdentity | 'gone' | 'unreadable'> {
  try {
    return JSON.parse(await readEntryText(path)) as ProcessIdentity;
  } catch (thrown) {
    return hasErrorCode(thrown, 'ENOENT') ? 'gone' : 'unreadable';
  }
}
