import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { type Digest, err, messageOf, ok, publishStaged, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';
import type { BlobStore } from '../store/index.js';

/**
 * Writes segments one after the other into a file that appears at `path` whole or not at all, readable by everybody
 * whatever the umask. Its directory is made; a symlink at `path` is itself replaced, as mv does.
 */
export async function writeArchiveFile(
  path: string,
  segments: readonly { readonly blob: Digest }[],
  { blobs, signal }: { readonly blobs: BlobStore; readonly signal: AbortSignal },
): Promise<Result<void, Failure>> {
  // Not derived from the archive's name, which may already be as long as a name can be.
  const staged = join(dirname(path), `.mkve-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
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
