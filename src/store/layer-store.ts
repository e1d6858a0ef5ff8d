import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, publishFile } from '../base/index.js';
import { bootId } from './identity.js';

/**
 * `layers/ID/`: what one step changed, as overlayfs keeps it. Ids are short because mount options hold 4096 bytes.
 * `layers/ID.ok` appears when the directory is whole; it says of which boot. Nothing of a layer is synced to disk
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

  /** Moves a finished directory of the same file system into the store. */
  async adopt(staged: string, digest: Digest): Promise<string> {
    await mkdir(this.directory, { recursive: true });
    const id = randomBytes(4).toString('hex');
    await rename(staged, this.pathOf(id));
    await this.markWhole(id, digest);
    return id;
  }

  async markWhole(id: string, digest: Digest): Promise<void> {
    await publishFile(this.#markOf(id), `${bootId()} ${digest}\n`);
  }

  /** `unverified`: it was whole before the last reboot, and its content must be compared with its digest. */
  async state(id: string): Promise<'whole' | 'unverified' | 'missing'> {
    try {
      const [boot] = (await readFile(this.#markOf(id), 'latin1')).split(' ');
      await access(this.pathOf(id));
      if (boot !== bootId()) return 'unverified';
      return 'whole';
    } catch {
      return 'missing';
    }
  }

  /** Milliseconds since 1970: when it was last known to be whole; 0 when it is missing. */
  async storedAt(id: string): Promise<number> {
    return stat(this.#markOf(id)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  }

  /** Makes a layer missing; its files go when the store is cleaned. */
  async disown(id: string): Promise<void> {
    await rm(this.#markOf(id), { force: true });
  }

  #markOf(id: string): string {
    return join(this.directory, `${id}.ok`);
  }
}
