import { err, ok, type Result } from '../base/index.js';
import {
  type BaseStep,
  type HookStep,
  type PackagesStep,
  type Step,
  selectTargets,
  stepsInOrder,
  type Target,
} from '../graph/index.js';
import type { Failure } from '../report/index.js';
import type { Project } from './project.js';
import { isNamed } from './run-build.js';

/** A step of a target that leaves a root file system. */
export type RootfsStep = BaseStep | PackagesStep | HookStep;

/** The one target that a name means. */
export function oneTarget({ targets }: Pick<Project, 'targets'>, name: string): Result<Target, Failure> {
  const chosen = selectTargets(targets, [name]).targets;
  const [target, ...more] = chosen;
  const known = targets.map((one) => one.name);
  if (target === undefined) return err({ kind: 'target-unknown', wanted: name, known });
  if (more.length === 0) return ok(target);
  const message = `'${name}' means ${chosen.length} targets: ${chosen.map((one) => one.name).join(', ')}`;
  return err({ kind: 'usage-wrong', message, hint: 'name one of them' });
}

/** The steps of a target that leave a root file system, in the order of running: base, packages, hooks. */
export function rootfsSteps({ graph }: Pick<Project, 'graph'>, target: Target): readonly RootfsStep[] {
  return stepsInOrder(graph, [target.step]).filter(leavesRootfs);
}

function leavesRootfs(step: Step): step is RootfsStep {
  return step.kind === 'base' || step.kind === 'packages' || step.kind === 'hook';
}

/** The one of them that a name means: that of a hook, `packages`, `base`, or a whole id. */
export function oneRootfsStep(
  target: Target,
  steps: readonly RootfsStep[],
  name: string,
): Result<RootfsStep, Failure> {
  const [step, ...more] = steps.filter(({ id }) => isNamed(id, name));
  const names = steps.map(shortName).join(', ');
  const hint = `its steps that leave a root file system are ${names}`;
  if (step === undefined) {
    return err({ kind: 'usage-wrong', message: `${target.name} has no step '${name}'`, hint });
  }
  if (more.length === 0) return ok(step);
  const message = `'${name}' means ${more.length + 1} steps of ${target.name}`;
  return err({ kind: 'usage-wrong', message, hint });
}

/** As the user would name it: `01-root`, `packages`. */
export function shortName(step: RootfsStep): string {
  return step.kind === 'hook' ? step.id.slice(step.id.indexOf(':') + 1) : step.kind;
}

/** The step whose state it starts from; none for the base. */
export function stepBefore(steps: readonly RootfsStep[], step: RootfsStep): RootfsStep | undefined {
  if (step.kind === 'base') return undefined;
  const before = step.kind === 'hook' ? step.from : step.base;
  return steps.find(({ id }) => id === before);
}
