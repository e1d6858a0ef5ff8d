import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, digestOf, hexOf, isDigest } from '../base/index.js';
import { publishEntry } from './publish-entry.js';
import { readEntryText } from './read-entry.js';

/** Results of one project that are kept whatever the limit says. */
export interface ProjectPins {
  /** Absolute path of the mkvefile that asks for it. */
  readonly mkvefile: string;
  /** Action keys of all steps, by target. */
  readonly targets: Readonly<Record<string, readonly Digest[]>>;
}

const NAME = /^pins-[0-9a-f]{24}\.json$/;

/**
 * `last/pins-PROJECT.json`: what the pinned targets of a project were last made of. It is kept in the store, because
 * the store is collected by builds of other projects, too.
 */
export class Pins {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Without targets the project pins nothing any more. */
  async set(pins: ProjectPins): Promise<void> {
    const path = this.#pathOf(pins.mkvefile);
    const before = await readEntryText(path).catch(() => undefined);
    if (Object.keys(pins.targets).length === 0) {
      if (before !== undefined) await rm(path, { force: true });
      return;
    }
    const text = JSON.stringify(pins);
    if (text !== before) await publishEntry(path, text);
  }

  async all(): Promise<readonly ProjectPins[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const read = await Promise.all(names.filter((name) => NAME.test(name)).map((name) => this.#read(name)));
    return read.filter((pins) => pins !== undefined);
  }

  async forget({ mkvefile }: ProjectPins): Promise<void> {
    await rm(this.#pathOf(mkvefile), { force: true });
  }

  async #read(name: string): Promise<ProjectPins | undefined> {
    try {
      const pins = JSON.parse(await readEntryText(join(this.#directory, name))) as ProjectPins;
      const keys = Object.values(pins.targets).flat();
      return typeof pins.mkvefile === 'string' && keys.every(isDigest) ? pins : undefined;
    } catch {
      return undefined;
    }
  }

  #pathOf(mkvefile: string): string {
    return join(this.#directory, `pins-${hexOf(digestOf(mkvefile)).slice(0, 24)}.json`);
  }
}
