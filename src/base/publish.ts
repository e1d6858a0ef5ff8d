import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

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
