import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';

import { digestFromHex } from '../../base/index.js';
import type { Member } from '../../pack/index.js';
import { type RootfsState, StoreDamage } from '../../rootfs/index.js';
import type { LayerStore } from '../../store/index.js';
import { bytesOf, displayName } from '../../tree/index.js';

type Content = Extract<Member, { kind: 'content' }>;

/** The kernel's clock and a file's times advance in ticks. */
const TICK_MS = 50;

/**
 * Reads the files of a mounted state for the packer. Nothing writes to a layer once it is in the store, so a file
 * whose ctime (which cannot be set back) is later than that was altered, and must prove that its content is still
 * what the tree says. Hashing every file each time would cost more than reading them does.
 */
export class ContentReader {
  readonly #root: string;
  readonly #state: RootfsState;
  readonly #layers: LayerStore;
  readonly #trustedUntil: number;
  readonly #proven = new Set<string>();

  private constructor(
    root: string,
    state: RootfsState,
    known: { readonly layers: LayerStore; readonly until: number },
  ) {
    this.#root = root;
    this.#state = state;
    this.#layers = known.layers;
    this.#trustedUntil = known.until;
  }

  static async open(root: string, state: RootfsState, layers: LayerStore): Promise<ContentReader> {
    const times = await Promise.all(state.layers.map(({ id }) => layers.storedAt(id)));
    return new ContentReader(root, state, { layers, until: Math.max(0, ...times) + TICK_MS });
  }

  read(member: Content): Buffer {
    const path = Buffer.concat([Buffer.from(`${this.#root}/`), bytesOf(member.path)]);
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { size, ctimeMs } = fstatSync(file);
      if (size !== member.fileSize) throw this.#damage(member);
      if (ctimeMs > this.#trustedUntil && !this.#isProven(member, file)) throw this.#damage(member);
      return readAt(file, member.offset, member.size);
    } finally {
      closeSync(file);
    }
  }

  #isProven(member: Content, file: number): boolean {
    if (this.#proven.has(member.path)) return true;
    const hash = createHash('sha256');
    for (let at = 0; at < member.fileSize; at += PIECE) {
      hash.update(readAt(file, at, Math.min(PIECE, member.fileSize - at)));
    }
    if (digestFromHex(hash.digest('hex')) !== member.digest) return false;
    this.#proven.add(member.path);
    return true;
  }

  /** Names the layer that the file comes from, the topmost that has it. */
  #damage(member: Content): StoreDamage {
    const name = bytesOf(member.path);
    const holder = this.#state.layers.findLast(({ id }) => {
      const path = Buffer.concat([Buffer.from(`${this.#layers.pathOf(id)}/`), name]);
      return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    });
    return new StoreDamage(
      `${displayName(member.path)} is not what it was when its layer was stored`,
      holder?.id,
    );
  }
}

const PIECE = 4 * 1024 * 1024;

function readAt(file: number, offset: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let filled = 0; filled < size; ) {
    const read = readSync(file, bytes, filled, size - filled, offset + filled);
    if (read === 0) throw new StoreDamage('a file of a layer became shorter while it was read');
    filled += read;
  }
  return bytes;
}
