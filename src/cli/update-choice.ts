import { closestTo, err, ok, type Result } from '../base/index.js';
import {
  type Graph,
  type ResolveStep,
  type Step,
  type StepId,
  selectTargets,
  stepsInOrder,
} from '../graph/index.js';
import { type Lock, LockLookup, type LockPolicy, packagesOf } from '../lock/index.js';
import type { Failure } from '../report/index.js';
import type { Project } from './project.js';

/** What an update moves. */
export interface UpdateChoice {
  readonly policy: LockPolicy;
  /** The steps that resolve it. */
  readonly wanted: readonly StepId[];
}

/**
 * What the operands of `mkve update` mean. Names of targets win over those of packages.
 * @param project its graph without anything locked
 */
export function chooseUpdate(
  { graph, targets }: Pick<Project, 'graph' | 'targets'>,
  lock: Lock,
  operands: readonly string[],
): Result<UpdateChoice, Failure> {
  const lists = resolveSteps([...graph.steps.values()]);
  if (operands.length === 0)
    return ok({
      policy: { snapshots: 'free', lists: () => 'free' },
      wanted: [...lists, ...unresolved(graph)].map(({ id }) => id),
    });
  const moving = new Set<StepId>();
  const packages: string[] = [];
  for (const operand of operands) {
    const selection = selectTargets(targets, [operand]);
    if (selection.unmatched.length > 0) packages.push(operand);
    for (const { name, step } of selection.targets) {
      const own = resolveSteps(stepsInOrder(graph, [step])).filter(({ base }) => base !== undefined);
      if (own.length === 0) return err(onlyBase(name));
      for (const { id } of own) moving.add(id);
    }
  }
  const unknown = packages.find((name) => !isInstalled(lock, name));
  if (unknown !== undefined) return err(neither(unknown, { graph, targets }, lock));
  return ok(choiceOf({ graph, lists, moving, packages, lock }));
}

function choiceOf(chosen: {
  readonly graph: Graph<Step>;
  readonly lists: readonly ResolveStep[];
  readonly moving: ReadonlySet<StepId>;
  readonly packages: readonly string[];
  readonly lock: Lock;
}): UpdateChoice {
  const { graph, lists, moving, packages, lock } = chosen;
  const lookup = new LockLookup(graph, lock);
  const isNamed = (one: Installed) => packages.some((name) => names(one, name));
  const hasNamed = (step: ResolveStep) => lookup.set(step)?.packages.some(isNamed) === true;
  // What goes on top of a base that moves is resolved anew with it, and stays what it was as far as it can.
  const isPinned = (step: ResolveStep) => {
    const base = lookup.baseOf(step);
    return hasNamed(step) || (base !== undefined && hasNamed(base));
  };
  const wanted = lists.filter(
    (step) => moving.has(step.id) || isPinned(step) || lookup.set(step) === undefined,
  );
  return {
    policy: {
      snapshots: 'free',
      lists: (step, locked) => {
        if (moving.has(step.id)) return 'free';
        return isPinned(step) ? locked.filter((one) => !isNamed(one)) : 'locked';
      },
    },
    wanted: wanted.map(({ id }) => id),
  };
}

interface Installed {
  readonly name: string;
  readonly arch: string;
}

/** @param written `openssl` or `openssl:amd64` */
function names({ name, arch }: Installed, written: string): boolean {
  return written === name || written === `${name}:${arch}`;
}

function isInstalled(lock: Lock, written: string): boolean {
  return [...packagesOf(lock).values()].some((one) => names(one, written));
}

/** Snapshots of what is resolved only when it is installed. */
function unresolved(graph: Graph<Step>): readonly Step[] {
  return [...graph.steps.values()].filter(
    (step) => step.kind === 'snapshot' && step.source.backend === 'hasher',
  );
}

function resolveSteps(steps: readonly Step[]): readonly ResolveStep[] {
  return steps.filter((step): step is ResolveStep => step.kind === 'resolve');
}

function neither(wanted: string, { targets }: Pick<Project, 'graph' | 'targets'>, lock: Lock): Failure {
  const packages = [...packagesOf(lock).values()].map(({ name }) => name);
  const near = closestTo(wanted, [...new Set([...targets.map(({ name }) => name), ...packages])]);
  return {
    kind: 'usage-wrong',
    message: `'${wanted}' is neither a target nor a package that the lock has`,
    hint: near === undefined ? 'mkve update alone moves everything' : `did you mean ${near}?`,
  };
}

function onlyBase(target: string): Failure {
  return {
    kind: 'usage-wrong',
    message: `the target ${target} lists no packages: all it has is the base system, which targets share`,
    hint: 'mkve update alone moves everything, mkve update PACKAGE one package of the base system',
  };
}
