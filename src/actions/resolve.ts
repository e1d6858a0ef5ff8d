import { type CanonicalValue, compareCodeUnits, err, ok, type Result } from '../base/index.js';
import type { ResolveStep } from '../graph/index.js';
import { variantPatterns } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import { openBox } from './deb-supply.js';
import { type ActionKind, authored, left } from './kind.js';
import { baseStatus, describeRepository, snapshotOf, statusBytes } from './outputs.js';

/** Names to exact packages. */
export const resolve: ActionKind<ResolveStep> = {
  describe: ({ source, packages }, inputs) => ({
    kind: 'resolve',
    version: 1,
    inputs: {
      repository: describeRepository(source),
      snapshot: snapshotOf(inputs['snapshot']).snapshot,
      ...(inputs['base'] === undefined
        ? { variant: source.variant }
        : { installed: baseStatus(inputs['base']) }),
      packages: [...packages].sort(compareCodeUnits),
      recommends: source.recommends,
    },
  }),

  inputNames: () => ({
    repository: authored('package repositories'),
    packages: authored('package list'),
    snapshot: left('repository snapshot'),
    installed: left('packages of the base'),
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
      const box = await openBox(
        { source: step.source, snapshot, status: status.value, directory, context },
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
