import { randomBytes } from 'node:crypto';
import { accessSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, isDigest } from '../base/index.js';
import { bootId } from './identity.js';
import { publishEntry } from './publish-entry.js';
import { readEntryNow, readEntryText } from './read-entry.js';

export interface LayerMark {
  readonly digest: Digest;
  readonly bytes?: number;
}

/**
 * `layers/ID/`: what one step changed, as overlayfs keeps it. Ids are short because mount options hold 4096 bytes.
 * `layers/ID.ok` appears when the directory is whole; it says of which boot, the digest, and the size. Nothing of a layer is synced to disk
 * (a layer may be ten thousand files), so after a reboot its content is checked against its digest once.
 */
export class LayerStore {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  pathOf(id: string): string {
    return join(this.directory, id);
  }

  /**
   * Moves a finished directory of the same file system into the store.
   * @param bytes what it takes on the disk, about
   */
  async adopt(staged: string, digest: Digest, bytes?: number): Promise<string> {
    await mkdir(this.directory, { recursive: true });
    const id = randomBytes(4).toString('hex');
    await rename(staged, this.pathOf(id));
    await this.markWhole(id, digest, bytes);
    return id;
  }

  async markWhole(id: string, digest: Digest, bytes?: number): Promise<void> {
    const size = bytes ?? (await this.mark(id))?.bytes;
    await publishEntry(this.markPath(id), `${bootId()} ${digest}${size === undefined ? '' : ` ${size}`}\n`);
  }

  /** What the mark says of a layer that was whole once: the digest of its changes, and the size if it is known. */
  async mark(id: string): Promise<LayerMark | undefined> {
    try {
      const [, digest, size] = (await readEntryText(this.markPath(id))).trim().split(' ');
      if (!isDigest(digest)) return undefined;
      return { digest, ...(size !== undefined && /^\d+$/.test(size) ? { bytes: Number(size) } : {}) };
    } catch {
      return undefined;
    }
  }

  /** `unverified`: it was whole before the last reboot, and its content must be compared with its digest. */
  state(id: string): Promise<'whole' | 'unverified' | 'missing'> {
    return Promise.resolve(this.#stateNow(id));
  }

  /** Not a promise: it is asked for every layer below every step, and promises would take most of the time. */
  #stateNow(id: string): 'whole' | 'unverified' | 'missing' {
    try {
      const [boot] = readEntryNow(this.markPath(id)).split(' ');
      accessSync(this.pathOf(id));
      return boot === bootId() ? 'whole' : 'unverified';
    } catch {
      return 'missing';
    }
  }

  /** Milliseconds since 1970: when it was last known to be whole; 0 when it is missing. */
  async storedAt(id: string): Promise<number> {
    return stat(this.markPath(id)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  }

  /** Makes a layer missing; its files go when the store is cleaned. */
  async disown(id: string): Promise<void> {
    await rm(this.markPath(id), { force: true });
  }

  /** `layers/ID.ok` */
  markPath(id: string): string {
    return join(this.directory, `${id}.ok`);
  }
}
