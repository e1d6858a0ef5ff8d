import { utimes } from 'node:fs/promises';

import { hasErrorCode } from '../base/index.js';

/** Milliseconds since 1970. The same clock in every process that shares a store, or a use may go unseen. */
export type Clock = () => number;

/**
 * Says that a file of the store was of use: its mtime is the time of its last use. By its path, because a file that
 * was taken away after it was opened is no longer there to be relied on.
 * @returns `refused` when somebody else owns it
 */
export async function markUsed(path: string, clock: Clock): Promise<'marked' | 'gone' | 'refused'> {
  const seconds = clock() / 1000;
  try {
    await utimes(path, seconds, seconds);
    return 'marked';
  } catch (thrown) {
    if (hasErrorCode(thrown, 'ENOENT')) return 'gone';
    if (hasErrorCode(thrown, 'EPERM', 'EACCES', 'EROFS')) return 'refused';
    throw thrown;
  }
}
