import { bug, type CanonicalValue, type Digest, err, isDigest, ok, type Result } from '../base/index.js';
import type { PackageSource, RepositorySource, RootfsFormat } from '../graph/index.js';
import type { PackedRootfs } from '../pack/index.js';
import { backendOf, type ResolvedPackage } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import type { Outputs, Store } from '../store/index.js';

/** The shapes of what steps leave for those after them, and the parts of them that enter keys. */

/** The repository metadata that packages are resolved against. */
export interface Snapshot {
  /** Of the lists and their signed Release files; the store may have them (`snapshotLists`). */
  readonly snapshot: Digest;
  /** Seconds: when the release of the suite itself was made. */
  readonly date: number;
}

export function snapshotOf(outputs: Outputs | undefined): Snapshot {
  return outputs as unknown as Snapshot;
}

/** The part of a package source that names a repository; keys of this machine only by their digests. */
export function describeRepository(source: PackageSource): CanonicalValue {
  return backendOf(source).describe(source);
}

/** The author's own packages, which count for what is installed on a base. */
export function describeLocal(source: RepositorySource): { readonly local?: CanonicalValue } {
  const { local = [] } = source;
  return local.length === 0 ? {} : { local: local.map(({ digest }) => digest).sort() };
}

export interface Resolved {
  /** Sorted by name and architecture. */
  readonly packages: readonly ResolvedPackage[];
  /** The names or patterns that were asked for. */
  readonly requested: readonly string[];
}

export function resolvedOf(outputs: Outputs | undefined): Resolved {
  return outputs as unknown as Resolved;
}

/** What of a resolved set determines the installed system: not where it was downloaded from. */
export function describeResolved({ packages }: Resolved): CanonicalValue {
  return packages.map(({ name, version, arch, sha256, priority }) => ({
    ...{ name, version, arch, sha256 },
    ...(priority === undefined ? {} : { priority }),
  }));
}

/** The package database of a base, as a blob: what packages are resolved against. */
export function baseStatus(outputs: Outputs): Digest {
  const { status } = outputs;
  return isDigest(status) ? status : bug('a base without a package database');
}

/** How the apt of a given base is configured, as a blob; absent where it has none. */
export function aptConfiguration(outputs: Outputs): Digest | undefined {
  const { apt } = outputs;
  return isDigest(apt) ? apt : undefined;
}

/** Nothing for a system that is only to be made. */
export async function statusBytes(
  base: Outputs | undefined,
  store: Store,
): Promise<Result<Buffer | undefined, Failure>> {
  if (base === undefined) return ok(undefined);
  const bytes = await store.blobs.get(baseStatus(base));
  return bytes === undefined
    ? err({ kind: 'store-damaged', detail: 'the package database of the base is gone' })
    : ok(bytes);
}

/** A file under `conf/` of the bundle. */
export interface ConfMember {
  readonly path: string;
  readonly blob: Digest;
  readonly size: number;
  readonly mode: number;
}

export function confMembers(outputs: Outputs | undefined): readonly ConfMember[] {
  return outputs?.['files'] as unknown as readonly ConfMember[];
}

/** A packed root file system and what is known of its content. */
export interface Packed extends Omit<PackedRootfs, 'compressed'> {
  readonly format: RootfsFormat;
  /** The document packages.json. */
  readonly packages: Digest;
  readonly packageCount: number;
  readonly sourceDateEpoch: number;
}

export function packedOf(outputs: Outputs | undefined): Packed {
  return outputs as unknown as Packed;
}

/** The blob with metainfo.json. */
export function metainfoBlob(outputs: Outputs | undefined): Digest {
  const blob = outputs?.['metainfo'];
  return isDigest(blob) ? blob : bug('no metainfo');
}

/** The blob with metainfo.json.asc. */
export function signatureBlob(outputs: Outputs | undefined): Digest {
  const blob = outputs?.['signature'];
  return isDigest(blob) ? blob : bug('no signature');
}

/** Workers may see the store under another path, so paths in it are told relative to its root. */
export function nameInStore(store: Store, path: string): string {
  return path.startsWith(`${store.root}/`)
    ? path.slice(store.root.length + 1)
    : bug(`${path} is not in the store`);
}
