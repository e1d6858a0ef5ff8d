import { type CanonicalValue, compareCodeUnits, type Digest, err, ok, type Result } from '../base/index.js';
import type { RunContext } from '../engine/index.js';
import {
  type ExactPackage,
  foundationOf,
  type PackageSource,
  type RepositorySource,
  type ResolveStep,
  sourceLabel,
} from '../graph/index.js';
import { type PackageBox, type ResolvedPackage, repositoryBackendOf } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import { type ActionDeps, type ActionKind, authored, type Inputs, left, TOOLS } from './kind.js';
import { baseStatus, describeLocal, describeRepository, snapshotOf, statusBytes } from './outputs.js';
import { openBox } from './package-supply.js';
import { nameOf } from './snapshot.js';
import { linkLists, type SnapshotList, snapshotLists } from './snapshot-lists.js';
import { describeTools, type Tools } from './tool-versions.js';

/** Names to exact packages. Where a lock says what they are, the step does not run. */
export const resolve: ActionKind<ResolveStep> = {
  describe: (step, inputs, { tools }) => ({
    kind: 'resolve',
    version: 2,
    inputs: {
      repository: describeRepository(step.source),
      packages: [...step.packages].sort(compareCodeUnits),
      recommends: step.source.recommends,
      ...(step.base === undefined
        ? repositoryBackendOf(step.source).describeBase(step.source)
        : describeLocal(step.source)),
      ...described(step, inputs, tools),
    },
  }),

  inputNames: () => ({
    repository: authored('package repositories'),
    packages: authored('package list'),
    snapshot: left('repository snapshot'),
    installed: left('packages of the base'),
    locked: authored('packages in the lock'),
    pinned: authored('packages that are not to be updated'),
    refused: left('packages of the base'),
    local: authored('local packages'),
    base: authored('packages of the base system'),
    tools: TOOLS,
  }),

  given(step, inputs) {
    const locked = lockedFor(step, inputs);
    if (locked === undefined) return undefined;
    const names = namesOf(step);
    if (!names.ok) return undefined;
    const packages = locked.map((one) => resolvedFrom(one, step.source));
    return { packages: packages as unknown as CanonicalValue, requested: names.value };
  },

  isUsable: () => Promise.resolve(true),

  async run(step, context, deps) {
    if (step.lockedBy !== undefined) return err(otherBase(step, step.lockedBy));
    const names = namesOf(step);
    if (!names.ok) return names;
    const { store } = deps;
    const [directory, before] = [await store.staging.create('resolve'), await store.staging.create('before')];
    try {
      const opened = await boxFor(step, { directory, before, context }, deps);
      if (!opened.ok) return opened;
      const box = opened.value;
      const resolved = await box.resolve(names.value);
      if (!resolved.ok) return resolved;
      const moved = movedAgainst(step, resolved.value);
      if (moved.length > 0) return err({ kind: 'packages-gone', packages: moved });
      const packages = step.base === undefined ? await box.forBase(resolved.value) : resolved.value;
      const kept = packages
        .map((one) => pinnedLike(one, step))
        .toSorted((a, b) => compareCodeUnits(a.name, b.name) || compareCodeUnits(a.arch, b.arch));
      return ok({ packages: kept as unknown as CanonicalValue, requested: names.value });
    } finally {
      await store.staging.remove(directory);
      await store.staging.remove(before);
    }
  },
};

/** What the lock says, unless that is of another base than there is: the content of a given one is seen only now. */
function lockedFor(step: ResolveStep, inputs: Inputs): readonly ExactPackage[] | undefined {
  const { locked, lockedOnto, source } = step;
  if (lockedOnto === undefined) return locked;
  const status = inputs['base']?.['status'];
  return foundationOf(status as Digest | undefined, source) === lockedOnto ? locked : undefined;
}

function otherBase({ packages, source }: ResolveStep, file: string): Failure {
  const list = `the list ${packages.join(', ')}`;
  return {
    kind: 'lock-outdated',
    file,
    changes: [`it has ${list} for another content of ${sourceLabel(source)} than there is now`],
  };
}

function described(
  step: ResolveStep,
  inputs: Inputs,
  tools: Tools,
): { readonly [name: string]: CanonicalValue | undefined } {
  const locked = lockedFor(step, inputs);
  if (locked !== undefined) return { locked: describeExact(locked) };
  // The result of a build that was allowed to resolve anew does not count for one that is not.
  if (step.lockedBy !== undefined) return { refused: step.lockedOnto };
  return {
    snapshot: snapshotOf(inputs['snapshot']).snapshot,
    // Another version may choose otherwise among the same packages.
    tools: describeTools(tools, [repositoryBackendOf(step.source).resolver]),
    ...(inputs['base'] === undefined ? {} : { installed: baseStatus(inputs['base']) }),
    ...(step.pinned === undefined ? {} : { pinned: describeExact(step.pinned.packages) }),
  };
}

function describeExact(packages: readonly ExactPackage[]): CanonicalValue {
  return packages.map((one) => ({ ...one }));
}

function namesOf({ source, packages, base }: ResolveStep): Result<readonly string[], Failure> {
  return base === undefined ? repositoryBackendOf(source).baseNames(source) : ok(packages);
}

/** A base is made of what the repositories have: it is shared by templates, and local packages are one's own. */
function sourceOf({ source, base }: ResolveStep): RepositorySource {
  return base === undefined ? { ...source, local: [] } : source;
}

interface BoxPlace {
  /** A private directory on the store's file system. */
  readonly directory: string;
  /** Another one, for the lists of an older snapshot. */
  readonly before: string;
  readonly context: RunContext;
}

/** A box with the lists of the snapshot and, for an update of some packages, with the others held. */
async function boxFor(
  step: ResolveStep,
  { directory, before, context }: BoxPlace,
  deps: ActionDeps,
): Promise<Result<PackageBox, Failure>> {
  const { pinned } = step;
  const source = sourceOf(step);
  const base = context.inputs['base'];
  const status = await statusBytes(base, deps.store);
  if (!status.ok) return status;
  const lists = await listsOf(snapshotOf(context.inputs['snapshot']).snapshot, source, deps);
  if (!lists.ok) return lists;
  const box = await openBox(
    { source, lists: lists.value, status: status.value, base, directory, context },
    deps,
  );
  if (!box.ok || pinned === undefined) return box;
  const older = await listsOf(pinned.snapshot, source, deps);
  if (!older.ok) return older;
  const linked = await linkLists(older.value, before, deps.store);
  if (!linked.ok) return linked;
  await box.value.hold(pinned.packages, before);
  return box;
}

async function listsOf(
  snapshot: Digest,
  source: PackageSource,
  { store }: ActionDeps,
): Promise<Result<readonly SnapshotList[], Failure>> {
  const lists = await snapshotLists(snapshot, store.blobs);
  if (lists !== undefined) return ok(lists);
  return err({ kind: 'store-damaged', detail: `the package lists of ${nameOf(source)} are gone` });
}

/** Pinned packages that are known no more in the version that they have to keep, so that another was taken. */
function movedAgainst({ pinned }: ResolveStep, resolved: readonly ResolvedPackage[]): readonly string[] {
  const held = pinned?.packages ?? [];
  return held
    .filter(({ name, version, arch }) =>
      resolved.some((one) => one.name === name && one.arch === arch && one.version !== version),
    )
    .map(({ name, version, arch }) => `${name} ${version} ${arch}`);
}

/** A package that must not move stays the very file that it was, wherever its version was seen. */
function pinnedLike(resolved: ResolvedPackage, { pinned, source }: ResolveStep): ResolvedPackage {
  const { name, version, arch } = resolved;
  const same = pinned?.packages.find(
    (one) => one.name === name && one.version === version && one.arch === arch,
  );
  return same === undefined ? resolved : resolvedFrom(same, source);
}

function resolvedFrom({ origin, ...exact }: ExactPackage, source: RepositorySource): ResolvedPackage {
  return { ...exact, file: repositoryBackendOf(source).fileName(exact), uri: origin };
}
