/** A step and the steps it is drawn below. */
export interface LayoutNode {
  readonly id: string;
  readonly inputs: readonly string[];
}

/**
 * The layer of each node: one more than the lowest of its inputs, so that all edges go downwards. A node that would
 * shorten more edges than it lengthens by moving down does so: `conf`, which needs nothing, stands above its user.
 * @param nodes inputs before those that use them
 */
export function layersOf(nodes: readonly LayoutNode[]): ReadonlyMap<string, number> {
  const layers = new Map<string, number>();
  const users = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { id, inputs } of nodes) {
    layers.set(id, Math.max(0, ...inputs.map((input) => (layers.get(input) ?? 0) + 1)));
    for (const input of inputs) users.get(input)?.push(id);
  }
  for (const { id, inputs } of nodes.toReversed()) {
    const below = users.get(id) ?? [];
    if (below.length === 0 || inputs.length >= below.length) continue;
    layers.set(id, Math.min(...below.map((user) => layers.get(user) ?? 0)) - 1);
  }
  return layers;
}
