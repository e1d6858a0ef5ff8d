import { randomBytes } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { type Digest, digestOf, hasErrorCode, hexOf, linkOrCopy } from '../base/index.js';
import { type Clock, markUsed } from './mark-use.js';
import { publishStagedEntry } from './publish-entry.js';
import { readEntry } from './read-entry.js';

/** Port: immutable bytes named by their digest. */
export interface BlobStore {
  /** Idempotent: storing the same bytes again changes nothing. */
  put(bytes: Uint8Array | string): Promise<Digest>;
  /** The bytes, verified; nothing when they are missing or damaged. */
  get(digest: Digest): Promise<Buffer | undefined>;
  /** Whether there is a blob of that name, and its size; its bytes are not read. */
  size(digest: Digest): Promise<number | undefined>;
}

export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<Digest, Buffer>();

  put(bytes: Uint8Array | string): Promise<Digest> {
    const digest = digestOf(bytes);
    this.#blobs.set(digest, Buffer.from(bytes as Uint8Array));
    return Promise.resolve(digest);
  }

  get(digest: Digest): Promise<Buffer | undefined> {
    const bytes = this.#blobs.get(digest);
    return Promise.resolve(bytes === undefined ? undefined : Buffer.from(bytes));
  }

  size(digest: Digest): Promise<number | undefined> {
    return Promise.resolve(this.#blobs.get(digest)?.length);
  }
}

/** What reading something else than a file that we may read comes to: a directory, a link, a socket. */
const NO_FILE = ['EISDIR', 'ELOOP', 'EACCES', 'EPERM', 'ENXIO'] as const;

/** `blobs/sha256/ab/HEX`, read-only files. */
export class DiskBlobStore implements BlobStore {
  readonly #directory: string;
  readonly #clock: Clock | undefined;

  /** @param clock without it uses leave no mark */
  constructor(directory: string, clock?: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  async put(bytes: Uint8Array | string): Promise<Digest> {
    const digest = digestOf(bytes);
    const path = this.pathOf(digest);
    if (await this.#hasWhole(digest, Buffer.byteLength(bytes))) return digest;
    const staged = stagedName(path);
    try {
      await writeNew(staged, bytes);
      await publishStagedEntry(staged, path);
    } catch (thrown) {
      await rm(staged, { force: true });
      throw thrown;
    }
    return digest;
  }

  async get(digest: Digest): Promise<Buffer | undefined> {
    const path = this.pathOf(digest);
    let bytes: Buffer;
    try {
      bytes = await readEntry(path);
    } catch (thrown) {
      if (hasErrorCode(thrown, 'ENOENT')) return undefined;
      if (!hasErrorCode(thrown, ...NO_FILE)) throw thrown;
      await rm(path, { recursive: true, force: true });
      return undefined;
    }
    if (digestOf(bytes) === digest) return bytes;
    await rm(path, { force: true });
    return undefined;
  }

  size(digest: Digest): Promise<number | undefined> {
    return Promise.resolve(sizeOfFile(this.pathOf(digest)));
  }

  /** A damaged one is taken away: who brings the bytes can mend it, and who reads it later cannot. */
  async #hasWhole(digest: Digest, size: number): Promise<boolean> {
    if ((await this.size(digest)) !== size || !(await this.#isKept(this.pathOf(digest)))) return false;
    return (await this.get(digest)) !== undefined;
  }

  /** Whether a blob that is there will not be collected before somebody refers to it. */
  async #isKept(path: string): Promise<boolean> {
    return this.#clock === undefined || (await markUsed(path, this.#clock)) === 'marked';
  }

  /** Where the bytes lie, for readers that stream and verify on their own. */
  pathOf(digest: Digest): string {
    const hex = hexOf(digest);
    return join(this.#directory, 'sha256', hex.slice(0, 2), hex);
  }

  /**
   * Takes a finished file of the same file system without copying it. The caller has computed the digest. A blob
   * of that name is replaced: it may be the damaged one because of which the caller brings another.
   */
  async adopt(file: string, digest: Digest): Promise<void> {
    const path = this.pathOf(digest);
    const staged = stagedName(path);
    await mkdir(dirname(path), { recursive: true });
    await chmod(file, 0o444);
    await linkOrCopy(file, staged);
    try {
      await publishStagedEntry(staged, path);
    } finally {
      // rename(2) of two names of one file leaves both.
      await rm(staged, { force: true });
    }
  }
}

/** In the directory of the blob itself, so that it is published by rename. */
function stagedName(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}`;
}

/** The directory is made when missing only: nearly always it is there. */
async function writeNew(path: string, bytes: Uint8Array | string): Promise<void> {
  const options = { flag: 'wx', mode: 0o444 };
  try {
    await writeFile(path, bytes, options);
  } catch (thrown) {
    if (!hasErrorCode(thrown, 'ENOENT')) throw thrown;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes, options);
  }
}

/** Not a promise: a build with nothing to do asks for hundreds, and each would take ten times as long as the kernel does. */
function sizeOfFile(path: string): number | undefined {
  try {
    const found = lstatSync(path);
    return found.isFile() ? found.size : undefined;
  } catch {
    return undefined;
  }
}
