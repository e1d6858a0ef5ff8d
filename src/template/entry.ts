import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';

import { compareCodeUnits, err, hasErrorCode, messageOf, ok, type Result } from '../base/index.js';
import { shown } from './names.js';

/**
 * What is at a path, symbolic links followed. Asked before every open, because opening a FIFO waits for a writer.
 * All of this is synchronous: the files are few and small, and a build with nothing to do is over sooner.
 */
export type Entry =
  | {
      readonly kind: 'file' | 'directory';
      /** Permission bits. */
      readonly mode: number;
      /** Where the path leads, when its last part is a symbolic link. */
      readonly linkedTo?: string;
    }
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'unusable';
      /** As a message calls it: `a FIFO`. */
      readonly what: string;
    };

export function lookAt(path: string): Entry {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return { kind: 'missing' };
    return stats.isSymbolicLink() ? followLink(path) : entryOf(stats, {});
  } catch (thrown) {
    // A file where a directory was expected holds nothing.
    if (hasErrorCode(thrown, 'ENOTDIR')) return { kind: 'missing' };
    return { kind: 'unusable', what: `out of reach (${reasonOf(thrown)})` };
  }
}

function followLink(path: string): Entry {
  try {
    return entryOf(statSync(path), { linkedTo: realpathSync.native(path) });
  } catch (thrown) {
    if (hasErrorCode(thrown, 'ELOOP')) return { kind: 'unusable', what: 'a symbolic link in a circle' };
    if (!hasErrorCode(thrown, 'ENOENT', 'ENOTDIR'))
      return { kind: 'unusable', what: `a symbolic link out of reach (${reasonOf(thrown)})` };
    return { kind: 'unusable', what: `a dangling symbolic link to ${shown(readlinkSync(path))}` };
  }
}

/** How a message calls what stands where something else was expected. */
export function describeEntry(entry: Entry): string {
  if (entry.kind === 'unusable') return entry.what;
  return entry.kind === 'missing' ? 'missing' : `a ${entry.kind}`;
}

/** The path without any symbolic link; the path itself where it leads nowhere. */
export function realPathOf(path: string): string {
  try {
    // The system's own: Node's looks at every part of every link on the way.
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

/** Bytes of a text that people write: a list of every package there is takes two million. */
const LONGEST_TEXT = 4 * 1024 * 1024;

/** The bytes of a text. The error is the system's reason, or that it is too long to be one. */
export function readText(path: string): Result<Buffer, string> {
  try {
    const { size } = statSync(path);
    if (size > LONGEST_TEXT) return err(`it has ${size} bytes, and a text has at most ${LONGEST_TEXT}`);
  } catch (thrown) {
    return err(reasonOf(thrown));
  }
  return readBytes(path);
}

/** The error is the system's reason. */
export function readBytes(path: string): Result<Buffer, string> {
  try {
    return ok(readFileSync(path));
  } catch (thrown) {
    return err(reasonOf(thrown));
  }
}

/** The names in a directory, in code-unit order. The error is the system's reason. */
export function namesIn(path: string): Result<readonly string[], string> {
  try {
    return ok(readdirSync(path).sort(compareCodeUnits));
  } catch (thrown) {
    return err(reasonOf(thrown));
  }
}

function entryOf(stats: Stats, link: { readonly linkedTo?: string }): Entry {
  const mode = stats.mode & 0o777;
  if (stats.isFile()) return { kind: 'file', mode, ...link };
  if (stats.isDirectory()) return { kind: 'directory', mode, ...link };
  if (stats.isFIFO()) return { kind: 'unusable', what: 'a FIFO' };
  return { kind: 'unusable', what: stats.isSocket() ? 'a socket' : 'a device' };
}

/** Node's `EACCES: permission denied, open '/a/b'` without the path, which the message names already. */
function reasonOf(thrown: unknown): string {
  const message = messageOf(thrown);
  if (hasErrorCode(thrown, 'ERR_FS_FILE_TOO_LARGE')) return 'it is larger than 2 GiB';
  return /^[A-Z0-9]+: ([^,]+),/.exec(message)?.[1] ?? message;
}
