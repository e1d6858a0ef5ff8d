import { type FileHandle, open, stat } from 'node:fs/promises';

import { err, messageOf, ok, type Result } from '../base/index.js';

/** A file opened for reading, with the size it had then: bytes that come later are not looked at. */
export interface BundleInput {
  readonly file: FileHandle;
  readonly size: number;
}

/** Opens a regular file; the error says in a few words why it cannot be read. The caller closes `file`. */
export async function openBundle(path: string): Promise<Result<BundleInput, string>> {
  try {
    // Asked before opening, because open(2) of a FIFO waits for a writer.
    if (!(await stat(path)).isFile()) return err('it is not a regular file');
    const file = await open(path, 'r');
    return ok({ file, size: (await file.stat()).size });
  } catch (thrown) {
    return err(messageOf(thrown));
  }
}

/** The bytes from `at`, `count` of them, or fewer where the file ends; every call answers a buffer of its own. */
export async function readAt(
  input: BundleInput,
  { at, count }: { readonly at: number; readonly count: number },
): Promise<Buffer> {
  const wanted = Math.max(0, Math.min(count, input.size - at));
  const buffer = Buffer.allocUnsafe(wanted);
  let filled = 0;
  while (filled < wanted) {
    const { bytesRead } = await input.file.read(buffer, filled, wanted - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** True for what Node throws when a system call fails: a disk error, not a bug. */
export function isSystemError(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown;
}
