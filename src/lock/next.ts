import {
  type CanonicalValue,
  canonicalJson,
  type Digest,
  isDigest,
  withoutCredentials,
} from '../base/index.js';
import {
  type ExactPackage,
  foundationOf,
  type Graph,
  type LockedSnapshot,
  type ResolveStep,
  type SnapshotStep,
  type Step,
  type StepId,
} from '../graph/index.js';
import { LockLookup } from './apply.js';
import {
  baseDigest,
  digestOfPackages,
  identityOf,
  isLockable,
  type Lock,
  type LockedSet,
  type LockedSource,
  requestedBy,
  setName,
} from './model.js';

/** What steps left: results of `snapshot`, `resolve` and `base` steps; nothing of those that did not finish or were not wanted. */
export type Results = (step: StepId) => { readonly [name: string]: CanonicalValue } | undefined;

/** What a lock is for. */
export interface Locked {
  /** Without anything locked. */
  readonly graph: Graph<Step>;
  /** Whether these are all the steps; otherwise others may still need what these do not. */
  readonly isWhole: boolean;
}

/**
 * The lock after a build: what was resolved now, and from the lock before it what the graph still asks for. Whatever else
 * the lock before had is dropped, unless more may be asked for than is known.
 */
export function nextLock({ graph, isWhole }: Locked, results: Results, before: Lock): Lock {
  const lookup = new LockLookup(graph, before);
  const sources = new Map<string, LockedSource>();
  for (const step of graph.steps.values()) {
    if (step.kind !== 'snapshot' || !isLockable(step)) continue;
    const section = sectionOf(step, { graph, results, lookup });
    if (section !== undefined) sources.set(canonicalJson(section.source), section);
  }
  const next = { sources: [...sources.values()] };
  return isWhole ? next : mergeLocks(next, before);
}

/** A lock with what it lacks from another one, as far as that fits: lists that were resolved on top of the same base. */
export function mergeLocks(lock: Lock, other: Lock): Lock {
  const sources = new Map(lock.sources.map((section) => [canonicalJson(section.source), section]));
  for (const section of other.sources) keepSection(sources, section);
  return { sources: [...sources.values()] };
}

function keepSection(sources: Map<string, LockedSource>, old: LockedSource): void {
  const name = canonicalJson(old.source);
  const section = sources.get(name) ?? old;
  const known = new Set(section.sets.map(({ requested }) => setName(requested)));
  const [onto] = section.sets.flatMap((set) => set.onto ?? []);
  const others = old.sets.filter(
    (set) => !known.has(setName(set.requested)) && (onto === undefined || set.onto === onto),
  );
  sources.set(name, { ...section, sets: [...section.sets, ...others] });
}

interface From {
  readonly graph: Graph<Step>;
  readonly results: Results;
  readonly lookup: LockLookup;
}

function sectionOf(step: SnapshotStep, from: From): LockedSource | undefined {
  const old = from.lookup.section(step.source);
  const result = from.results(step.id) as LockedSnapshot | undefined;
  const known = result ?? old;
  if (known === undefined) return undefined;
  const lists = [...from.graph.steps.values()].filter(
    (one): one is ResolveStep => one.kind === 'resolve' && one.snapshot === step.id,
  );
  const ofBase = lists.find(({ base }) => base === undefined);
  const base = ofBase === undefined ? undefined : setOf(ofBase, undefined, from);
  if (ofBase !== undefined && base === undefined) return undefined;
  const onto = base === undefined ? undefined : digestOfPackages(base.packages);
  const sets = new Map<string, LockedSet>();
  for (const list of lists) {
    const set = setOf(list, list.base === undefined ? undefined : ontoOf(list, onto, from), from);
    if (set !== undefined) sets.set(setName(set.requested), set);
  }
  const { snapshot } = known;
  // A date that moved alone would make everything run again.
  const date = old !== undefined && baseDigest(old) === onto ? old.date : known.date;
  return { source: identityOf(step.source), snapshot, date, sets: [...sets.values()] };
}

/** Of a given base it is known once that is in the store; until then what was, stays. */
function ontoOf(list: ResolveStep, base: Digest | undefined, { results, lookup }: From): Digest | undefined {
  if (list.source.backend !== 'rootfs') return foundationOf(base, list.source);
  const status = list.base === undefined ? undefined : results(list.base)?.['status'];
  return isDigest(status) ? foundationOf(status, list.source) : lookup.set(list)?.onto;
}

/** @param onto of the base that the lock will have */
function setOf(
  step: ResolveStep,
  onto: Digest | undefined,
  { results, lookup }: From,
): LockedSet | undefined {
  const requested = requestedBy(step);
  const result = results(step.id);
  if (result !== undefined) {
    const packages = (result['packages'] as unknown as readonly ResolvedLike[]).map(exactOf);
    return requested.length === 0 || onto === undefined
      ? { requested, packages }
      : { requested, onto, packages };
  }
  const old = lookup.set(step);
  return requested.length === 0 || old?.onto === onto ? old : undefined;
}

/** What any backend leaves of a package; `uri` may hold a password. */
type ResolvedLike = Omit<ExactPackage, 'origin'> & { readonly uri: string };

function exactOf({ name, version, arch, sha256, size, uri, priority }: ResolvedLike): ExactPackage {
  const exact = { name, version, arch, sha256, size, origin: withoutCredentials(uri) };
  return priority === undefined ? exact : { ...exact, priority };
}
