import { err, ok, type Result } from '../../base/index.js';
import { type Step, selectTargets, stepsInOrder } from '../../graph/index.js';
import type { Failure } from '../../report/index.js';
import type { Project } from '../project.js';
import { isNamed } from '../run-build.js';

/** The steps that an argument means: all of a target, or those with the name of a step. */
export function chooseSteps(
  { graph, targets }: Pick<Project, 'graph' | 'targets'>,
  names: readonly string[],
): Result<readonly Step[], Failure> {
  if (names.length === 0) {
    return err({
      kind: 'usage-wrong',
      message: 'no target or step is given',
      hint: 'mkve status lists the targets',
    });
  }
  const chosen = new Set<Step>();
  for (const name of names) {
    const selected = selectTargets(targets, [name]).targets.map(({ step }) => step);
    const steps =
      selected.length > 0
        ? stepsInOrder(graph, selected)
        : [...graph.steps.values()].filter(({ id }) => isNamed(id, name));
    if (steps.length === 0) {
      return err({ kind: 'target-unknown', wanted: name, known: targets.map((target) => target.name) });
    }
    for (const step of steps) chosen.add(step);
  }
  return ok([...graph.steps.values()].filter((step) => chosen.has(step)));
}
