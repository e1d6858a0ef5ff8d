import { canonicalJson, type Digest } from '../base/index.js';
import {
  type BaseStep,
  type ExactPackage,
  foundationOf,
  type Graph,
  type PackageSource,
  type ResolveStep,
  type Step,
  type StepId,
} from '../graph/index.js';
import {
  baseDigest,
  identityOf,
  isLockable,
  type Lock,
  type LockedSet,
  type LockedSource,
  requestedBy,
  setName,
} from './model.js';

/** What a lock is to determine. */
export interface LockPolicy {
  /** `free`: packages are resolved against the newest snapshot that is known. */
  readonly snapshots: 'locked' | 'free';
  /**
   * Of a list that the lock has: `locked` takes its packages as they are, `free` resolves it anew, and a list of packages
   * resolves it anew without moving these.
   */
  readonly lists: (
    step: ResolveStep,
    locked: readonly ExactPackage[],
  ) => 'locked' | 'free' | readonly ExactPackage[];
}

/** A build takes all that is locked. */
export const KEEP_ALL: LockPolicy = { snapshots: 'locked', lists: () => 'locked' };

/** The graph with what a lock says put into its steps. What the lock does not have is left to be resolved. */
export function applyLock(graph: Graph<Step>, lock: Lock, policy: LockPolicy = KEEP_ALL): Graph<Step> {
  const lookup = new LockLookup(graph, lock);
  const locked = new Map<StepId, Step>();
  for (const [id, step] of graph.steps) locked.set(id, lockStep(step, lookup, policy));
  return { steps: locked, inputs: graph.inputs };
}

/**
 * Whether a lock has all that its graph resolves and nothing else, so that a build changes nothing of it. Never with hasher,
 * which no lock can hold.
 */
export function isExactlyLocked(locked: Graph<Step>, { sources }: Lock): boolean {
  let [lists, snapshots] = [0, 0];
  for (const step of locked.steps.values()) {
    if (step.kind !== 'snapshot' && step.kind !== 'resolve') continue;
    if (step.source.backend === 'hasher') return false;
    if (step.kind === 'snapshot' && !isLockable(step)) continue;
    if (step.locked === undefined) return false;
    if (step.kind === 'resolve') lists++;
    else snapshots++;
  }
  return lists === sources.flatMap(({ sets }) => sets).length && snapshots === sources.length;
}

function lockStep(step: Step, lookup: LockLookup, policy: LockPolicy): Step {
  if (step.kind === 'snapshot') {
    if (policy.snapshots !== 'locked' || !isLockable(step)) return step;
    const section = lookup.section(step.source);
    if (section === undefined) return step;
    return { ...step, locked: { snapshot: section.snapshot, date: section.date } };
  }
  if (step.kind === 'base') return datedLike(step, lookup, policy);
  if (step.kind !== 'resolve') return step;
  const set = lookup.set(step);
  const section = lookup.section(step.source);
  if (set === undefined || section === undefined) return step;
  const how = policy.lists(step, set.packages);
  if (how === 'free') return step;
  if (how === 'locked') {
    const { packages, onto } = set;
    const isGiven = step.source.backend === 'rootfs' && onto !== undefined;
    return isGiven ? { ...step, locked: packages, lockedOnto: onto } : { ...step, locked: packages };
  }
  return { ...step, pinned: { snapshot: section.snapshot, packages: how } };
}

/** A base that stays what it is keeps its date, whatever snapshot other lists are resolved against. */
function datedLike(step: BaseStep, lookup: LockLookup, policy: LockPolicy): Step {
  const section = lookup.section(step.source);
  const resolved = lookup.resolvedFor(step);
  const set = resolved === undefined ? undefined : lookup.set(resolved);
  if (resolved === undefined || section === undefined || set === undefined) return step;
  if (step.sourceDateEpoch !== undefined) return step;
  return policy.lists(resolved, set.packages) === 'locked'
    ? { ...step, sourceDateEpoch: section.date }
    : step;
}

/** Finds what a lock has for the steps of a graph. */
export class LockLookup {
  readonly #graph: Graph<Step>;
  readonly #sections: ReadonlyMap<string, LockedSource>;
  /** Targets share their sources. */
  readonly #names = new Map<PackageSource, string>();
  readonly #bases = new Map<LockedSource, Digest | undefined>();

  constructor(graph: Graph<Step>, lock: Lock) {
    this.#graph = graph;
    this.#sections = new Map(lock.sources.map((section) => [canonicalJson(section.source), section]));
  }

  section(source: PackageSource): LockedSource | undefined {
    let name = this.#names.get(source);
    if (name === undefined) {
      name = canonicalJson(identityOf(source));
      this.#names.set(source, name);
    }
    return this.#sections.get(name);
  }

  /** The set of a step, unless it was resolved on top of another base than the lock has now. */
  set(step: ResolveStep): LockedSet | undefined {
    const section = this.section(step.source);
    if (section === undefined) return undefined;
    const wanted = setName(requestedBy(step));
    const found = section.sets.find(({ requested }) => setName(requested) === wanted);
    // What a given base holds is seen when it is there: the step itself looks.
    if (found === undefined || step.base === undefined || step.source.backend === 'rootfs') return found;
    return found.onto === foundationOf(this.#baseOf(section), step.source) ? found : undefined;
  }

  #baseOf(section: LockedSource): Digest | undefined {
    if (!this.#bases.has(section)) this.#bases.set(section, baseDigest(section));
    return this.#bases.get(section);
  }

  /** The step that resolves the base which a list goes on top of. */
  baseOf({ base }: ResolveStep): ResolveStep | undefined {
    const made = base === undefined ? undefined : this.#graph.steps.get(base);
    return made?.kind === 'base' ? this.resolvedFor(made) : undefined;
  }

  /** The step that resolves a base; not every base is made of packages. */
  resolvedFor({ resolved }: BaseStep): ResolveStep | undefined {
    const step = resolved === undefined ? undefined : this.#graph.steps.get(resolved);
    return step?.kind === 'resolve' ? step : undefined;
  }
}
