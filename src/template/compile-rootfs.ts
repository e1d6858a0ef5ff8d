import {
  assertNever,
  type CanonicalValue,
  canonicalJson,
  compareCodeUnits,
  digestOf,
  hexOf,
} from '../base/index.js';
import {
  type GraphBuilder,
  type HasherSource,
  type PackageSource,
  type RepositorySource,
  type RootfsSource,
  type Step,
  type StepId,
  sourceLabel,
  stepId,
} from '../graph/index.js';

interface RootfsRequest<S extends PackageSource = PackageSource> {
  readonly source: S;
  /** Names; their order means nothing. */
  readonly packages: readonly string[];
  /** Seconds; without it the date of the snapshot is taken. */
  readonly sourceDateEpoch?: number;
}

/**
 * The steps that make a root file system with packages; the last of them. What two lists have in common is one step:
 * adding a step again changes nothing.
 *
 *     mmdebstrap, dnf:  snapshot ─▶ resolve ─▶ base ─▶ resolve ─▶ packages
 *     rootfs:           snapshot (of what was given) ─▶ base ─▶ snapshot (of its repositories) ─▶ resolve ─▶ packages
 *     hasher:           snapshot ─▶ base (with the packages)
 */
export function addRootfs(builder: GraphBuilder<Step>, request: RootfsRequest): StepId {
  const { source } = request;
  const packages = [...new Set(request.packages)].sort(compareCodeUnits);
  switch (source.backend) {
    case 'mmdebstrap':
    case 'dnf':
      return addFromRepositories(builder, { ...request, source, packages });
    case 'rootfs':
      return addGiven(builder, { ...request, source, packages });
    case 'hasher':
      return addWhole(builder, { ...request, source, packages });
    default:
      return assertNever(source);
  }
}

function addFromRepositories(builder: GraphBuilder<Step>, request: RootfsRequest<RepositorySource>): StepId {
  const { source } = request;
  const name = sourceLabel(source);
  const snapshot = addSnapshot(builder, source, `snapshot:${name}`);
  const resolved = builder.add({
    kind: 'resolve',
    id: stepId(`resolve:${name}`),
    pool: 'network',
    source,
    snapshot,
    packages: [],
  });
  const base = builder.add({
    kind: 'base',
    id: stepId(`base:${name}`),
    pool: 'work',
    source,
    snapshot,
    resolved,
    ...epochOf(request),
  });
  return addPackages(builder, request, { snapshot: () => snapshot, base });
}

/** Its repositories are looked for when there is something to install, and not before. */
function addGiven(builder: GraphBuilder<Step>, request: RootfsRequest<RootfsSource>): StepId {
  const { source } = request;
  const name = sourceLabel(source);
  const given = addSnapshot(builder, source, `snapshot:${name}`);
  const base = builder.add({
    kind: 'base',
    id: stepId(`base:${name}`),
    pool: 'work',
    source,
    snapshot: given,
    ...epochOf(request),
  });
  const snapshot = () =>
    builder.add({
      kind: 'snapshot',
      id: stepId(`snapshot:${name}-repositories`),
      pool: 'network',
      source,
      base,
    });
  return addPackages(builder, request, { snapshot, base });
}

function addWhole(builder: GraphBuilder<Step>, request: RootfsRequest<HasherSource>): StepId {
  const { source, packages } = request;
  const name = sourceLabel(source);
  const snapshot = addSnapshot(builder, source, `snapshot:${name}`);
  return builder.add({
    kind: 'base',
    id: stepId(`base:${name}${packages.length === 0 ? '' : `-${shortDigest(packages)}`}`),
    pool: 'work',
    source,
    snapshot,
    packages,
    ...epochOf(request),
  });
}

function addSnapshot(builder: GraphBuilder<Step>, source: PackageSource, id: string): StepId {
  return builder.add({ kind: 'snapshot', id: stepId(id), pool: 'network', source });
}

/** The steps that install packages on a base. Without any the base is all there is. */
function addPackages(
  builder: GraphBuilder<Step>,
  { source, packages }: RootfsRequest<RepositorySource>,
  onto: { readonly snapshot: () => StepId; readonly base: StepId },
): StepId {
  const { base } = onto;
  if (packages.length === 0) return base;
  const name = `${sourceLabel(source)}-${shortDigest(packages)}`;
  const common = { source, snapshot: onto.snapshot(), base };
  const resolved = builder.add({
    kind: 'resolve',
    id: stepId(`resolve:${name}`),
    pool: 'network',
    ...common,
    packages,
  });
  return builder.add({ kind: 'packages', id: stepId(`packages:${name}`), pool: 'work', ...common, resolved });
}

function epochOf({ sourceDateEpoch }: RootfsRequest): { readonly sourceDateEpoch?: number } {
  return sourceDateEpoch === undefined ? {} : { sourceDateEpoch };
}

function shortDigest(value: CanonicalValue): string {
  return hexOf(digestOf(canonicalJson(value))).slice(0, 8);
}
