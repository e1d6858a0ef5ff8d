import { type CanonicalValue, compareCodeUnits, type Digest, err, ok, type Result } from '../base/index.js';
import type { RunContext } from '../engine/index.js';
import type { ExactPackage, PackageSource, ResolveStep } from '../graph/index.js';
import { AptBox, debFileName, type ResolvedPackage, variantPatterns } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import { type ActionDeps, type ActionKind, authored, left } from './kind.js';
import { baseStatus, describeRepository, snapshotOf, statusBytes } from './outputs.js';
import { nameOf } from './snapshot.js';
import { indexOf, linkLists, type SnapshotList, snapshotLists } from './snapshot-lists.js';

/** Names to exact packages. Where a lock says what they are, the step does not run. */
export const resolve: ActionKind<ResolveStep> = {
  describe: (step, inputs) => ({
    kind: 'resolve',
    version: 2,
    inputs: {
      repository: describeRepository(step.source),
      packages: [...step.packages].sort(compareCodeUnits),
      recommends: step.source.recommends,
      ...(step.base === undefined ? { variant: step.source.variant } : {}),
      ...(step.locked === undefined ? found(step, inputs) : { locked: describeExact(step.locked) }),
    },
  }),

  inputNames: () => ({
    repository: authored('package repositories'),
    packages: authored('package list'),
    snapshot: left('repository snapshot'),
    installed: left('packages of the base'),
    locked: authored('packages in the lock'),
    pinned: authored('packages that are not to be updated'),
  }),

  given: (step) => {
    if (step.locked === undefined) return undefined;
    const names = namesOf(step);
    if (!names.ok) return undefined;
    return { packages: step.locked.map(resolvedFrom) as unknown as CanonicalValue, requested: names.value };
  },

  isUsable: () => Promise.resolve(true),

  async run(step, context, deps) {
    const names = namesOf(step);
    if (!names.ok) return names;
    const { store } = deps;
    const directory = await store.staging.create('resolve');
    try {
      const opened = await openBox(step, { directory, context }, deps);
      if (!opened.ok) return opened;
      const box = opened.value;
      const resolved = await box.resolve(names.value);
      if (!resolved.ok) return resolved;
      const moved = movedAgainst(step, resolved.value);
      if (moved.length > 0) return err({ kind: 'packages-gone', packages: moved });
      // Only the base is chosen by what the repository says of its packages.
      const packages = step.base === undefined ? await box.withPriorities(resolved.value) : resolved.value;
      const kept = packages
        .map((one) => pinnedLike(one, step))
        .toSorted((a, b) => compareCodeUnits(a.name, b.name) || compareCodeUnits(a.arch, b.arch));
      return ok({ packages: kept as unknown as CanonicalValue, requested: names.value });
    } finally {
      await store.staging.remove(directory);
    }
  },
};

type Inputs = RunContext['inputs'];

function found(step: ResolveStep, inputs: Inputs): { readonly [name: string]: CanonicalValue | undefined } {
  return {
    snapshot: snapshotOf(inputs['snapshot']).snapshot,
    ...(inputs['base'] === undefined ? {} : { installed: baseStatus(inputs['base']) }),
    ...(step.pinned === undefined ? {} : { pinned: describeExact(step.pinned.packages) }),
  };
}

function describeExact(packages: readonly ExactPackage[]): CanonicalValue {
  return packages.map((one) => ({ ...one }));
}

function namesOf({ source, packages, base }: ResolveStep): Result<readonly string[], Failure> {
  if (base !== undefined) return ok(packages);
  const patterns = variantPatterns(source);
  if (patterns !== undefined) return ok(patterns);
  const message = `unknown variant '${source.variant}'`;
  return err({
    kind: 'usage-wrong',
    message,
    hint: 'take minbase, apt, required, buildd, important or standard',
  });
}

interface BoxPlace {
  /** A private directory on the store's file system. */
  readonly directory: string;
  readonly context: RunContext;
}

/** An apt root whose lists are those of the snapshot: no network is asked for them. */
async function openBox(
  step: ResolveStep,
  { directory, context }: BoxPlace,
  deps: ActionDeps,
): Promise<Result<AptBox, Failure>> {
  const { source, pinned } = step;
  const status = await statusBytes(context.inputs['base'], deps.store);
  if (!status.ok) return status;
  const lists = await listsOf(snapshotOf(context.inputs['snapshot']).snapshot, source, deps);
  if (!lists.ok) return lists;
  const { output, signal } = context;
  const box = await AptBox.create({
    paths: { directory, environment: deps.environment },
    runner: await deps.runner(),
    source,
    ...(status.value === undefined ? {} : { status: status.value }),
    ...{ output, signal },
  });
  const linked = await linkLists(lists.value, box.lists, deps.store);
  if (!linked.ok) return linked;
  if (pinned !== undefined) {
    const before = await listsOf(pinned.snapshot, source, deps);
    if (!before.ok) return before;
    await box.pin(pinned.packages, await indexOf(before.value, pinned.packages, deps.store.blobs));
  }
  return ok(box);
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

/** Pinned packages that apt knows no more in the version that they have to keep, so that it took another. */
function movedAgainst({ pinned }: ResolveStep, resolved: readonly ResolvedPackage[]): readonly string[] {
  const held = pinned?.packages ?? [];
  return held
    .filter(({ name, version, arch }) =>
      resolved.some((one) => one.name === name && one.arch === arch && one.version !== version),
    )
    .map(({ name, version, arch }) => `${name} ${version} ${arch}`);
}

/** A package that must not move stays the very file that it was, wherever apt saw its version. */
function pinnedLike(resolved: ResolvedPackage, { pinned }: ResolveStep): ResolvedPackage {
  const { name, version, arch } = resolved;
  const same = pinned?.packages.find(
    (one) => one.name === name && one.version === version && one.arch === arch,
  );
  return same === undefined ? resolved : resolvedFrom(same);
}

function resolvedFrom({ origin, ...exact }: ExactPackage): ResolvedPackage {
  return { ...exact, file: debFileName(exact), uri: origin };
}
