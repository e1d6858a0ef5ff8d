import { randomBytes } from 'node:crypto';
import { chown, mkdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { err, hasErrorCode, messageOf, ok, type Result } from '../../base/index.js';
import { type Caller, workerIdentity } from '../../workers/index.js';

/** A directory to try things in. The name is one that the store does not take for somebody else's file. */
export async function makeTrialDirectory(place: string, caller: Caller): Promise<Result<string, string>> {
  const path = join(place, `.mkve-doctor-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(path, { mode: 0o700 });
    const { uid, gid } = workerIdentity(caller);
    if (caller.uid === 0) await chown(path, uid, gid);
    return ok(path);
  } catch (thrown) {
    return err(messageOf(thrown));
  }
}

export async function removeTrialDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** The file system that a path is on, or will be on. */
export interface Place {
  /** The nearest directory that exists. */
  readonly directory: string;
  /** `ext4`, or the magic number in hexadecimal. */
  readonly type: string;
  /** Bytes that this caller may still write. */
  readonly free: number;
}

/** @returns why there is no such place */
export async function placeOf(path: string): Promise<Result<Place, string>> {
  try {
    const directory = await nearestExisting(path);
    if (!(await stat(directory)).isDirectory()) return err(`${directory} is not a directory`);
    const { type, bavail, bsize } = await statfs(directory);
    return ok({ directory, type: fileSystemOf(type), free: bavail * bsize });
  } catch (thrown) {
    return err(messageOf(thrown));
  }
}

async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (thrown) {
    if (!hasErrorCode(thrown, 'ENOENT') || path === dirname(path)) throw thrown;
    return nearestExisting(dirname(path));
  }
}

function fileSystemOf(magic: number): string {
  const number = `0x${magic.toString(16)}`;
  return FILE_SYSTEMS[number] ?? number;
}

/** statfs(2), "f_type". */
const FILE_SYSTEMS: Readonly<Record<string, string>> = {
  '0xef53': 'ext4',
  '0x58465342': 'xfs',
  '0x9123683e': 'btrfs',
  '0x2fc12fc1': 'zfs',
  '0xf2f52010': 'f2fs',
  '0x1021994': 'tmpfs',
  '0x794c7630': 'overlayfs',
  '0x6969': 'nfs',
  '0xff534d42': 'cifs',
  '0xfe534d42': 'smb2',
  '0x1021997': '9p',
  '0x65735546': 'fuse',
  '0x4d44': 'vfat',
};
