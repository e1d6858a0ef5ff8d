import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
} from 'node:fs';

import { digestFromHex, err, messageOf, ok, type Result } from '../base/index.js';
import type { CopiedEntry, CopyStep } from '../graph/index.js';

export type CopySource = CopyStep['source'];

/**
 * Reads what is to be copied: a file, or a directory with everything in it. The path itself may be a symbolic link
 * and is followed; links inside a directory are taken as links. Of a mode the permission bits count, without setuid,
 * setgid and sticky; owners, times and extended attributes do not. The error is a sentence.
 * @param path absolute
 * @param name under which it goes into a directory
 */
export function readCopySource(path: string, name: string): Result<CopySource, string> {
  const entries: CopiedEntry[] = [];
  try {
    const file = realpathSync(path, 'buffer');
    const fault = collect(file, '', entries);
    if (fault !== undefined) return err(fault);
    return ok({ file: file.toString('latin1'), name: Buffer.from(name).toString('latin1'), entries });
  } catch (thrown) {
    return err(`cannot read what is to be copied: ${messageOf(thrown)}`);
  }
}

/** @param path below the source, as bytes */
function collect(file: Buffer, path: string, entries: CopiedEntry[]): string | undefined {
  const stats = lstatSync(file);
  const mode = stats.mode & 0o777;
  if (stats.isSymbolicLink()) {
    entries.push({ path, type: 'symlink', target: readlinkSync(file, 'buffer').toString('latin1') });
  } else if (stats.isFile()) {
    entries.push({ path, type: 'file', mode, ...contentOf(file) });
  } else if (stats.isDirectory()) {
    entries.push({ path, type: 'dir', mode });
    for (const name of readdirSync(file, 'buffer').sort(Buffer.compare)) {
      const below = name.toString('latin1');
      const fault = collect(
        Buffer.concat([file, Buffer.from('/'), name]),
        path === '' ? below : `${path}/${below}`,
        entries,
      );
      if (fault !== undefined) return fault;
    }
  } else {
    return `${file.toString()} is ${kindOf(stats)}: only files, directories and symbolic links can be copied`;
  }
  return undefined;
}

const PIECE = 1024 * 1024;

function contentOf(path: Buffer): Pick<Extract<CopiedEntry, { type: 'file' }>, 'size' | 'digest'> {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(Math.min(PIECE, fstatSync(file).size + 1));
    let size = 0;
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      hash.update(piece.subarray(0, read));
      size += read;
    }
    return { size, digest: digestFromHex(hash.digest('hex')) };
  } finally {
    closeSync(file);
  }
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a FIFO';
  return stats.isSocket() ? 'a socket' : 'a device';
}
