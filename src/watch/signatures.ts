import { type CanonicalValue, canonicalJson, type Digest, digestOf } from '../base/index.js';
import type { AnyStep, Graph, StepId } from '../graph/index.js';

/** A target as far as watching is concerned. */
export interface WatchedTarget {
  readonly name: string;
  readonly step: StepId;
}

/** By step: what it is and all that it starts from. Equal in two graphs exactly when the step means the same in both. */
export function signaturesOf<S extends AnyStep>(graph: Graph<S>): ReadonlyMap<StepId, Digest> {
  const signatures = new Map<StepId, Digest>();
  for (const [id, step] of graph.steps) {
    const inputs = Object.entries(graph.inputs.get(id) ?? {});
    const document = {
      step: step as unknown as CanonicalValue,
      inputs: Object.fromEntries(inputs.map(([name, input]) => [name, signatures.get(input)])),
    };
    signatures.set(id, digestOf(canonicalJson(document)));
  }
  return signatures;
}

/** The targets that are not what was last built under their name. */
export function changedTargets<T extends WatchedTarget>(
  targets: readonly T[],
  signatures: ReadonlyMap<StepId, Digest>,
  built: ReadonlyMap<string, Digest>,
): readonly T[] {
  return targets.filter(({ name, step }) => signatures.get(step) !== built.get(name));
}

/** For a running build whose project has changed: whether a step of it means the same in the new one. */
export function stillWanted(
  before: ReadonlyMap<StepId, Digest>,
  now: ReadonlyMap<StepId, Digest>,
): (step: StepId) => boolean {
  return (step) => before.get(step) !== undefined && before.get(step) === now.get(step);
}
