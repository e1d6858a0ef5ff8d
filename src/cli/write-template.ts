import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { err, hasErrorCode, messageOf, ok, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';
import type { SkeletonFile } from '../template/index.js';

/** All of it appears at once; a directory that is there must be empty. */
export function writeNewTemplate(directory: string, files: readonly SkeletonFile[]): Result<void, Failure> {
  const staged = join(dirname(directory), `.mkve-${randomBytes(6).toString('hex')}.tmp`);
  try {
    if (readdirSync(directory).length > 0)
      return wrong(`${directory} is not empty, and nothing is overwritten`, 'name a new directory');
  } catch (thrown) {
    if (hasErrorCode(thrown, 'ENOTDIR')) return wrong(`${directory} is there and is no directory`);
    if (!hasErrorCode(thrown, 'ENOENT')) return unwritable(directory, thrown);
  }
  try {
    for (const { path, text, mode } of files) {
      const file = join(staged, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      chmodSync(file, mode);
    }
    // rename(2) replaces an empty directory, and fails where somebody has put something into it since.
    renameSync(staged, directory);
    return ok(undefined);
  } catch (thrown) {
    rmSync(staged, { recursive: true, force: true });
    return unwritable(directory, thrown);
  }
}

function unwritable(path: string, thrown: unknown): Result<never, Failure> {
  return err({ kind: 'output-unwritable', path, detail: messageOf(thrown) });
}

function wrong(message: string, hint?: string): Result<never, Failure> {
  return err({ kind: 'usage-wrong', message, ...(hint === undefined ? {} : { hint }) });
}
