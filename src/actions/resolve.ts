import { type CanonicalValue, compareCodeUnits, ok, type Result } from '../base/index.js';
import type { RepositorySource, ResolveStep } from '../graph/index.js';
import { repositoryBackendOf } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import { type ActionKind, authored, left } from './kind.js';
import { baseStatus, describeLocal, describeRepository, snapshotOf, statusBytes } from './outputs.js';
import { openBox } from './package-supply.js';

/** Names to exact packages. */
export const resolve: ActionKind<ResolveStep> = {
  describe: ({ source, packages }, inputs) => ({
    kind: 'resolve',
    version: 1,
    inputs: {
      repository: describeRepository(source),
      snapshot: snapshotOf(inputs['snapshot']).snapshot,
      ...(inputs['base'] === undefined
        ? repositoryBackendOf(source).describeBase(source)
        : { installed: baseStatus(inputs['base']), ...describeLocal(source) }),
      packages: [...packages].sort(compareCodeUnits),
      recommends: source.recommends,
    },
  }),

  inputNames: () => ({
    repository: authored('package repositories'),
    packages: authored('package list'),
    snapshot: left('repository snapshot'),
    installed: left('packages of the base'),
    local: authored('local packages'),
    base: authored('packages of the base system'),
  }),

  isUsable: () => Promise.resolve(true),

  async run(step, context, deps) {
    const names = namesOf(step);
    if (!names.ok) return names;
    const { store } = deps;
    const directory = await store.staging.create('resolve');
    try {
      const status = await statusBytes(context.inputs['base'], store);
      const snapshot = snapshotOf(context.inputs['snapshot']);
      if (!status.ok) return status;
      const base = context.inputs['base'];
      const box = await openBox(
        { source: sourceOf(step), snapshot, status: status.value, base, directory, context },
        deps,
      );
      if (!box.ok) return box;
      const found = await box.value.resolve(names.value);
      if (!found.ok) return found;
      const packages = found.value.toSorted(
        (a, b) => compareCodeUnits(a.name, b.name) || compareCodeUnits(a.arch, b.arch),
      );
      return ok({ packages: packages as unknown as CanonicalValue, requested: names.value });
    } finally {
      await store.staging.remove(directory);
    }
  },
};

function namesOf({ source, packages, base }: ResolveStep): Result<readonly string[], Failure> {
  return base === undefined ? repositoryBackendOf(source).baseNames(source) : ok(packages);
}

/** A base is made of what the repositories have: it is shared by templates, and local packages are one's own. */
function sourceOf({ source, base }: ResolveStep): RepositorySource {
  return base === undefined ? { ...source, local: [] } : source;
}
