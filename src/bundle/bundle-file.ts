import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { err, messageOf, type Result } from '../base/index.js';
import { stagedBeside, sweepBeside } from '../store/index.js';
import { type ArchiveContent, type ArchiveWriteFailure, writeArchive } from './archive-writer.js';
import type { WrittenFile } from './chunked-output.js';

/**
 * Writes a bundle that appears at `path` whole or not at all, readable by everybody whatever the umask. Its
 * directory is made; a symlink at `path` is itself replaced, as mv does, and what it points to stays as it was.
 */
export async function writeBundleFile(
  path: string,
  content: ArchiveContent,
): Promise<Result<WrittenFile, ArchiveWriteFailure>> {
  const staged = stagedBeside(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await sweepBeside(path);
    const written = await writeStaged({ staged, path }, content);
    if (written.ok) await rename(staged, path);
    else await rm(staged, { force: true });
    return written;
  } catch (thrown) {
    await rm(staged, { force: true }).catch(() => undefined);
    return err({ kind: 'output-unwritable', path, detail: messageOf(thrown) });
  }
}

async function writeStaged(
  { staged, path }: { readonly staged: string; readonly path: string },
  content: ArchiveContent,
): Promise<Result<WrittenFile, ArchiveWriteFailure>> {
  const file: FileHandle = await open(staged, 'wx', 0o600);
  try {
    const written = await writeArchive({ file, path }, content);
    if (!written.ok) return written;
    await file.chmod(0o644);
    await file.sync();
    return written;
  } finally {
    await file.close();
  }
}
