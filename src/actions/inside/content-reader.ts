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

interface StoredLayer {
  readonly id: string;
  readonly path: string;
  /** Milliseconds: nothing writes to it after this. */
  readonly trustedUntil: number;
}

/**
 * Reads the files of a mounted state for the packer. Nothing writes to a layer once it is in the store, so a file
 * whose ctime (which cannot be set back) is later than that was altered, and must prove that its content is still
 * what the tree says. Hashing every file each time would cost more than reading them does.
 */
export class ContentReader {
  readonly #root: string;
  /** Topmost first. */
  readonly #layers: readonly StoredLayer[];
  readonly #oldest: number;
  readonly #proven = new Set<string>();

  private constructor(root: string, layers: readonly StoredLayer[]) {
    this.#root = root;
    this.#layers = layers;
    this.#oldest = Math.min(...layers.map(({ trustedUntil }) => trustedUntil));
  }

  static async open(root: string, state: RootfsState, store: LayerStore): Promise<ContentReader> {
    const layers = state.layers.toReversed().map(async ({ id }) => {
      return { id, path: store.pathOf(id), trustedUntil: (await store.storedAt(id)) + TICK_MS };
    });
    return new ContentReader(root, await Promise.all(layers));
  }

  /** Fills `into`, which is as long as the member. */
  read(member: Content, into: Buffer): void {
    const path = Buffer.concat([Buffer.from(`${this.#root}/`), bytesOf(member.path)]);
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { size, ctimeMs } = fstatSync(file);
      if (size !== member.fileSize) throw this.#damage(member);
      if (!this.#isUntouched(member, ctimeMs) && !this.#isProven(member, file)) throw this.#damage(member);
      fill(into, file, member.offset);
    } finally {
      closeSync(file);
    }
  }

  #isUntouched(member: Content, ctimeMs: number): boolean {
    return ctimeMs <= this.#oldest || ctimeMs <= (this.#holderOf(member)?.trustedUntil ?? 0);
  }

  #isProven(member: Content, file: number): boolean {
    if (this.#proven.has(member.path)) return true;
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(Math.min(PIECE, member.fileSize));
    for (let at = 0; at < member.fileSize; at += PIECE) {
      const part = piece.subarray(0, Math.min(PIECE, member.fileSize - at));
      fill(part, file, at);
      hash.update(part);
    }
    if (digestFromHex(hash.digest('hex')) !== member.digest) return false;
    this.#proven.add(member.path);
    return true;
  }

  #damage(member: Content): StoreDamage {
    const message = `${displayName(member.path)} is not what it was when its layer was stored`;
    return new StoreDamage(message, this.#holderOf(member)?.id);
  }

  /** The layer that the file comes from: the topmost that has it. */
  #holderOf(member: Content): StoredLayer | undefined {
    const name = bytesOf(member.path);
    return this.#layers.find(({ path }) => {
      const place = Buffer.concat([Buffer.from(`${path}/`), name]);
      return lstatSync(place, { throwIfNoEntry: false }) !== undefined;
    });
  }
}

const PIECE = 4 * 1024 * 1024;

function fill(bytes: Buffer, file: number, offset: number): void {
  for (let filled = 0; filled < bytes.length; ) {
    const read = readSync(file, bytes, filled, bytes.length - filled, offset + filled);
    if (read === 0) throw new StoreDamage('a file of a layer became shorter while it was read');
    filled += read;
  }
}
