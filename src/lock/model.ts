import {
  assertNever,
  type CanonicalValue,
  canonicalJson,
  type Digest,
  digestOf,
  withoutCredentials,
} from '../base/index.js';
import type {
  ExactPackage,
  LockedSnapshot,
  PackageSource,
  ResolveStep,
  SnapshotStep,
} from '../graph/index.js';

/** What the lists of packages of a project mean exactly. */
export interface Lock {
  readonly sources: readonly LockedSource[];
}

/** All that was resolved from one source of packages, of whatever backend. */
export interface LockedSource extends LockedSnapshot {
  /** What tells the source from others: `identityOf`. */
  readonly source: CanonicalValue;
  readonly sets: readonly LockedSet[];
}

/** One list of packages and what it means. */
export interface LockedSet {
  /** Names as templates list them, sorted; none for the base system. */
  readonly requested: readonly string[];
  /** What these were resolved on top of (`foundationOf`); absent for the base. */
  readonly onto?: Digest;
  /** By name and architecture. */
  readonly packages: readonly ExactPackage[];
}

export const EMPTY_LOCK: Lock = { sources: [] };

/**
 * A source as a lock names it: everything that determines what is resolved from it, and nothing of this machine. Key files
 * are named by their digests, and nobody's password is told. What lists are resolved on top of (`foundationOf`) is said
 * with them: an own package that changes does not move the base system.
 */
export function identityOf(source: PackageSource): CanonicalValue {
  return portable(describing(source) as unknown as CanonicalValue);
}

function describing(source: PackageSource): object {
  switch (source.backend) {
    case 'mmdebstrap':
    case 'dnf': {
      const { local: _, ...others } = source;
      return others;
    }
    case 'rootfs': {
      const { backend, name, architecture, repositories, recommends, from } = source;
      return { backend, name, architecture, from: from.kind, repositories, recommends };
    }
    case 'hasher': {
      const { backend, architecture, repositories, base } = source;
      return { backend, architecture, repositories, base };
    }
    default:
      return assertNever(source);
  }
}

/** Whether a lock has the snapshot: hasher resolves while it installs, and a given base has its content and no packages. */
export function isLockable({ source, base }: SnapshotStep): boolean {
  return source.backend === 'rootfs' ? base !== undefined : source.backend !== 'hasher';
}

function portable(value: CanonicalValue): CanonicalValue {
  if (typeof value === 'string') return withoutCredentials(value);
  if (Array.isArray(value)) return (value as readonly CanonicalValue[]).map(portable);
  if (typeof value !== 'object' || value === null) return value;
  const { file, digest, ...others } = value as { readonly [key: string]: CanonicalValue };
  if (typeof file === 'string' && typeof digest === 'string' && Object.keys(others).length === 0)
    return digest;
  return Object.fromEntries(
    Object.entries(value)
      .filter((pair): pair is [string, CanonicalValue] => pair[1] !== undefined)
      .map(([key, inner]) => [key, portable(inner)]),
  );
}

/** What a set is looked up by. */
export function setName(requested: readonly string[]): string {
  return [...new Set(requested)].sort().join(' ');
}

export function requestedBy({ base, packages }: ResolveStep): readonly string[] {
  return base === undefined ? [] : packages;
}

/** What of a base determines whether a set that was resolved on top of it still fits. */
export function digestOfPackages(packages: readonly ExactPackage[]): Digest {
  return digestOf(
    canonicalJson(packages.map(({ name, version, arch, sha256 }) => [name, version, arch, sha256])),
  );
}

/** That of the base of a section, where it has one. */
export function baseDigest({ sets }: LockedSource): Digest | undefined {
  const base = sets.find(({ requested }) => requested.length === 0);
  return base === undefined ? undefined : digestOfPackages(base.packages);
}
