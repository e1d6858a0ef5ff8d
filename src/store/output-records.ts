import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { type Digest, digestFromHex, digestOf, hexOf } from '../base/index.js';
import { publishEntry } from './publish-entry.js';
import { readEntryText } from './read-entry.js';

/** A FIFO that stands where the output was reads as empty; opening it otherwise would wait for a writer. */
const READING = {
  highWaterMark: 1 << 20,
  flags: (constants.O_RDONLY | constants.O_NONBLOCK) as unknown as string,
};

/**
 * `last/output-HASH.json`: what a file outside the store was when mkve wrote it. While its inode, size and times are
 * the same its bytes are too (ctime cannot be set back without privilege); otherwise they are read again.
 */
export class OutputRecords {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async remember(path: string, digest: Digest): Promise<void> {
    const stamp = await stampOf(path);
    if (stamp !== undefined) await publishEntry(this.#recordOf(path), JSON.stringify({ digest, stamp }));
  }

  async isCurrent(path: string, digest: Digest): Promise<boolean> {
    const stamp = await stampOf(path);
    if (stamp === undefined) return false;
    const record = await readRecord(this.#recordOf(path));
    if (record?.stamp === stamp) return record.digest === digest;
    if ((await fileDigest(path)) !== digest) return false;
    await this.remember(path, digest);
    return true;
  }

  #recordOf(path: string): string {
    return join(this.#directory, `output-${hexOf(digestOf(path)).slice(0, 24)}.json`);
  }
}

async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return undefined;
  }
}

async function readRecord(
  path: string,
): Promise<{ readonly digest: string; readonly stamp: string } | undefined> {
  try {
    return JSON.parse(await readEntryText(path)) as { digest: string; stamp: string };
  } catch {
    return undefined;
  }
}

async function fileDigest(path: string): Promise<Digest | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, READING), hash);
  } catch {
    return undefined;
  }
  return digestFromHex(hash.digest('hex'));
}
