import { canonicalJson, compareCodeUnits } from '../base/index.js';
import type { ExactPackage, Graph, ResolveStep, SnapshotStep, Step } from '../graph/index.js';
import type { LockChange } from '../report/index.js';
import { LockLookup } from './apply.js';
import { isLockable, type Lock, requestedBy, setName } from './model.js';
import { nextLock } from './next.js';

/** The different packages of a lock. */
export function packagesOf({ sources }: Lock): ReadonlyMap<string, ExactPackage> {
  const packages = sources.flatMap(({ sets }) => sets.flatMap((set) => set.packages));
  return new Map(packages.map((one) => [`${one.name} ${one.version} ${one.arch} ${one.sha256}`, one]));
}

/** How the packages of two locks differ, whichever lists they belong to; by name. */
export function changesBetween(before: Lock, after: Lock): readonly LockChange[] {
  const [had, has] = [packagesOf(before), packagesOf(after)];
  const gone = [...had].filter(([key]) => !has.has(key)).map(([, one]) => one);
  const come = [...has].filter(([key]) => !had.has(key)).map(([, one]) => one);
  const changes: LockChange[] = come.map(({ name, arch, version }) => {
    const at = gone.findIndex((one) => one.name === name && one.arch === arch);
    const [old] = at === -1 ? [] : gone.splice(at, 1);
    return old === undefined
      ? { name, arch, after: version }
      : { name, arch, before: old.version, after: version };
  });
  const removed = gone.map(({ name, arch, version }) => ({ name, arch, before: version }));
  return [...changes, ...removed].sort((a, b) => compareCodeUnits(a.name, b.name));
}

/**
 * What a build of these steps would change in the lock, as sentences; none where all it resolves is locked and nothing else
 * is.
 */
export function pendingChanges(graph: Graph<Step>, steps: readonly Step[], lock: Lock): readonly string[] {
  const lookup = new LockLookup(graph, lock);
  const missing = steps.flatMap((step) => {
    if (step.kind === 'snapshot') return snapshotMissing(step, lookup);
    return step.kind === 'resolve' ? listMissing(step, lookup) : [];
  });
  const kept = nextLock({ graph, isWhole: true }, () => undefined, lock);
  return [...missing, ...dropped(lock, kept)];
}

function snapshotMissing(step: SnapshotStep, lookup: LockLookup): readonly string[] {
  const { id, source } = step;
  if (source.backend === 'hasher')
    return ['hasher resolves packages while it installs them, so no lock has them'];
  if (!isLockable(step)) return [];
  return lookup.section(source) === undefined ? [`it has nothing of ${id.replace('snapshot:', '')}`] : [];
}

function listMissing(step: ResolveStep, lookup: LockLookup): readonly string[] {
  // Of a source that it has nothing of, that is said already.
  if (lookup.section(step.source) === undefined || lookup.set(step) !== undefined) return [];
  return [`it does not have ${listName(requestedBy(step))}`];
}

/** What the templates no longer ask for. */
function dropped(lock: Lock, kept: Lock): readonly string[] {
  const names = (of: Lock) =>
    of.sources.flatMap(({ source, sets }) =>
      sets.map(
        ({ requested }) => [canonicalJson([source, setName(requested)]), listName(requested)] as const,
      ),
    );
  const stays = new Set(names(kept).map(([key]) => key));
  return names(lock)
    .filter(([key]) => !stays.has(key))
    .map(([, list]) => `it still has ${list}, which nothing needs any more`);
}

function listName(requested: readonly string[]): string {
  return requested.length === 0 ? 'the base system' : `the list ${requested.join(', ')}`;
}
