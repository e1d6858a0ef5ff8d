import { rm } from 'node:fs/promises';

import { hasErrorCode, publishFile, publishStaged } from '../base/index.js';

/** Makes a file of the store appear, also where something stands in its place over which no file can be renamed. */
export function publishEntry(...[path, ...rest]: Parameters<typeof publishFile>): Promise<void> {
  return clearing(path, () => publishFile(path, ...rest));
}

/** The same for a file that is written already. */
export function publishStagedEntry(staged: string, path: string): Promise<void> {
  return clearing(path, () => publishStaged(staged, path));
}

async function clearing(path: string, publish: () => Promise<void>): Promise<void> {
  try {
    await publish();
  } catch (thrown) {
    // rename(2): a directory is in the way. In the store nothing but damage can have put it there.
    if (!hasErrorCode(thrown, 'EISDIR')) throw thrown;
    await rm(path, { recursive: true, force: true });
    await publish();
  }
}
