import {
  type CanonicalValue,
  canonicalJson,
  type Digest,
  digestOf,
  withoutCredentials,
} from '../base/index.js';
import type { ExactPackage, LockedSnapshot, PackageSource, ResolveStep } from '../graph/index.js';

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
  /** The digest of the base's packages on top of which these were resolved; absent for the base, and without such a set. */
  readonly onto?: Digest;
  /** By name and architecture. */
  readonly packages: readonly ExactPackage[];
}

export const EMPTY_LOCK: Lock = { sources: [] };

/**
 * A source as a lock names it: everything that determines what is resolved from it, and nothing of this machine. Key files
 * are named by their digests, and nobody's password is told.
 */
export function identityOf(source: PackageSource): CanonicalValue {
  return portable(source as unknown as CanonicalValue);
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
