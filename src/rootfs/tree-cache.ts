import { type Digest, digestOf } from '../base/index.js';
import type { BlobStore } from '../store/index.js';
import { TreeObjects } from '../tree/index.js';
import { StoreDamage } from './damage.js';
import type { RootfsState } from './rootfs-state.js';

/** The tree objects that a worker has met: a state's packs are read once, however many steps start from it. */
export class TreeCache {
  readonly objects = new TreeObjects();
  readonly #blobs: BlobStore;
  readonly #loaded = new Set<Digest>();

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /** Makes the whole tree of a state readable. Throws when the store has lost a part of it since it was checked. */
  async load(state: RootfsState): Promise<TreeObjects> {
    for (const pack of state.packs) {
      if (this.#loaded.has(pack)) continue;
      const bytes = await this.#read(pack);
      this.objects.addPack(bytes.toString('utf8'));
      this.#loaded.add(pack);
    }
    return this.objects;
  }

  /** Makes at least the root directory of a state's tree readable, for whoever needs no more of it. */
  async loadRoot(state: RootfsState): Promise<TreeObjects> {
    if (this.objects.has(state.tree)) return this.objects;
    // A pack begins with the root of the tree that it was made for.
    for (const pack of state.packs.toReversed()) {
      const bytes = await this.#read(pack);
      const first = bytes.subarray(0, bytes.indexOf('\n')).toString('utf8');
      if (digestOf(first) !== state.tree) continue;
      this.objects.addPack(first);
      return this.objects;
    }
    return this.load(state);
  }

  /** Stores the directories of a tree that its parent lacks. */
  async save(root: Digest, parent: Digest | undefined): Promise<Digest> {
    const pack = await this.#blobs.put(this.objects.packSince(root, parent));
    this.#loaded.add(pack);
    return pack;
  }

  async #read(pack: Digest): Promise<Buffer> {
    return (await this.#blobs.get(pack)) ?? damaged(pack);
  }
}

function damaged(pack: Digest): never {
  throw new StoreDamage(`the tree objects ${pack} are gone`);
}
