import { type Graph, type Step, type StepId, stepsInOrder, type Target } from '../graph/index.js';

/**
 * Which roles the shared steps play in which targets: `tiny/lxc:packages`. Their ids hold the suite and a digest of the
 * package list, so a step with another list is another step; its role is how people know that it is the same again.
 * The steps that are a target's own have the same id whatever changes.
 */
export function lineagesOf(
  graph: Graph<Step>,
  targets: readonly Target[],
): ReadonlyMap<StepId, readonly string[]> {
  const roles = new Map<StepId, string[]>();
  for (const target of targets) {
    for (const step of stepsInOrder(graph, [target.step])) {
      if (step.id.startsWith(`${target.name}:`)) continue;
      const role = `${target.name}:${roleOf(step)}`;
      roles.set(step.id, [...(roles.get(step.id) ?? []), role]);
    }
  }
  return roles;
}

function roleOf(step: Step): string {
  // A given base has a snapshot of itself beside the one of its repositories.
  if (step.kind === 'snapshot' && step.source.backend === 'rootfs' && step.base === undefined)
    return 'snapshot of the base';
  return step.kind === 'resolve' && step.base === undefined ? 'resolve the base' : step.kind;
}
