import type { Digest } from '../base/index.js';
import type { Node, TreeObjects } from '../tree/index.js';

const BLOCK = 512;

/**
 * About how many bytes of archive a directory makes with all that is below it. Depends on its digest alone, so that
 * what it decides is the same wherever and whenever the tree is packed. Each directory is added up once.
 */
export class Weights {
  readonly #objects: TreeObjects;
  readonly #known = new Map<Digest, number>();

  constructor(objects: TreeObjects) {
    this.#objects = objects;
  }

  of(tree: Digest): number {
    const known = this.#known.get(tree);
    if (known !== undefined) return known;
    let weight = BLOCK;
    for (const node of this.#objects.get(tree).entries.values()) weight += this.#ofNode(node);
    this.#known.set(tree, weight);
    return weight;
  }

  #ofNode(node: Node): number {
    if (node.type === 'dir') return this.of(node.tree);
    return node.type === 'file' ? BLOCK * (1 + Math.ceil(node.size / BLOCK)) : BLOCK;
  }
}
