import type { StepId } from '../../graph/index.js';
import type { ViewNode } from './view.js';

/**
 * For each step the inputs that it is not given through another input as well (the transitive reduction): what a
 * person needs to see of the edges. `bundle` reads the output of `pack`, but after `metainfo` that goes without saying.
 * @param nodes inputs before the steps that use them
 */
export function directInputs(
  nodes: readonly Pick<ViewNode, 'id' | 'inputs'>[],
): ReadonlyMap<StepId, readonly StepId[]> {
  /** Everything that a step needs, however far away. */
  const needed = new Map<StepId, ReadonlySet<StepId>>();
  const direct = new Map<StepId, readonly StepId[]>();
  for (const { id, inputs } of nodes) {
    const own = [...new Set(inputs.map(({ step }) => step))];
    const implied = new Set(own.flatMap((step) => [...(needed.get(step) ?? [])]));
    direct.set(
      id,
      own.filter((step) => !implied.has(step)),
    );
    needed.set(id, new Set([...own, ...implied]));
  }
  return direct;
}
