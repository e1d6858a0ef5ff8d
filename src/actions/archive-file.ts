import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { type Digest, err, messageOf, ok, publishStaged, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';
import { type BlobStore, stagedBeside, sweepBeside } from '../store/index.js';

/**
 * Writes segments one after the other into a file that appears at `path` whole or not at all, readable by everybody
 * whatever the umask. Its directory is made; a symlink at `path` is itself replaced, as mv does.
 */
export async function writeArchiveFile(
  path: string,
  segments: readonly { readonly blob: Digest }[],
  { blobs, signal }: { readonly blobs: BlobStore; readonly signal: AbortSignal },
): Promise<Result<void, Failure>> {
  const staged = stagedBeside(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await sweepBeside(path);
    const file = await open(staged, 'wx', 0o600);
    const written = await fill(file, segments, { blobs, signal }).finally(() => file.close());
    if (written.ok) await publishStaged(staged, path);
    else await rm(staged, { force: true });
    return written;
  } catch (thrown) {
    await rm(staged, { force: true }).catch(() => undefined);
    return err({ kind: 'output-unwritable', path, detail: messageOf(thrown) });
  }
}

async function fill(
  file: FileHandle,
  segments: readonly { readonly blob: Digest }[],
  { blobs, signal }: { readonly blobs: BlobStore; readonly signal: AbortSignal },
): Promise<Result<void, Failure>> {
  for (const { blob } of segments) {
    if (signal.aborted) return err({ kind: 'cancelled' });
    const bytes = await blobs.get(blob);
    if (bytes === undefined) return err({ kind: 'store-damaged', detail: `the segment ${blob} is gone` });
    await file.writeFile(bytes);
  }
  await file.chmod(0o644);
  await file.sync();
  return ok(undefined);
}
