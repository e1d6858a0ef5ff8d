import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { hasErrorCode } from './errors.js';

/** `durable` waits for the disk; `fast` leaves that to the kernel, for files whose readers verify what they read. */
export type Durability = 'durable' | 'fast';

/**
 * Makes a file appear whole or not at all: written under a private name in the same directory, then renamed.
 * @param mode permission bits of the new file
 */
export async function publishFile(
  path: string,
  bytes: string | Uint8Array,
  options: { readonly mode?: number; readonly durability?: Durability } = {},
): Promise<void> {
  const staged = join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`);
  await mkdir(dirname(path), { recursive: true });
  try {
    const file = await open(staged, 'wx', options.mode ?? 0o644);
    try {
      await file.writeFile(bytes);
      if (options.durability === 'durable') await file.sync();
    } finally {
      await file.close();
    }
    await publishStaged(staged, path);
  } catch (thrown) {
    await rm(staged, { force: true });
    throw thrown;
  }
}

/** Gives a finished file or directory of the same file system its final name. */
export async function publishStaged(staged: string, path: string): Promise<void> {
  await rename(staged, path);
}

/** What link(2) answers on a file system that has no hard links, or refuses them for this file. */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'] as const;

/** Whether an attempt to link failed because the file system does not do that. */
function lacksLinks(thrown: unknown): boolean {
  return hasErrorCode(thrown, ...WITHOUT_LINKS);
}

/** Gives a file that never changes a second name, or where there are no hard links a copy. Fails where there is one. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (thrown) {
    if (!lacksLinks(thrown)) throw thrown;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}
