import type { CanonicalValue, Result } from '../base/index.js';
import type { BackendName, PackageSource, RepositorySource } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import type { BoxOptions, PackageBox, ResolvedPackage } from './box.js';
import type { GivenApt } from './given-apt.js';

/** What a backend can, told in README's table and by `mkve doctor`. */
export interface Abilities {
  /** `beforehand`: names become exact packages with digests before anything is installed. */
  readonly resolves: 'beforehand' | 'while-installing';
  /** `as-a-layer`: the base is shared, and one more package does not make it anew. */
  readonly installs: 'as-a-layer' | 'with-the-base';
  /** `from-the-store`: what was built once is built again from nothing without a network. */
  readonly offline: 'from-the-store' | 'cached-results-only';
  /** How the base reaches the store. */
  readonly base: 'built-in-a-worker' | 'unpacked-in-a-worker';
}

/** A way to come by root file systems. One object a backend. */
export interface Backend<S extends PackageSource = PackageSource> {
  readonly name: S['backend'];
  readonly abilities: Abilities;
  /** What it is for, for people. */
  readonly serves: string;
  /** Programs of the host that it always runs, beside those of every build. */
  readonly programs: readonly string[];
  /** The part of the source that names where packages come from, without any path of this machine. */
  describe(source: S): CanonicalValue;
}

/** Metadata of repositories as it was fetched. */
export interface Metadata {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A backend that resolves beforehand. */
export interface RepositoryBackend<S extends RepositorySource = RepositorySource> extends Backend<S> {
  /** The program of the host that makes exact packages of names. */
  readonly resolver: string;
  /** What opens a box is loaded then: most builds resolve nothing. */
  openBox(
    source: S,
    options: BoxOptions & { readonly given?: GivenApt },
  ): Promise<Result<PackageBox, Failure>>;
  /** Seconds: when the release itself was made, as its metadata says. */
  dateOf(source: S, lists: readonly Metadata[]): number;
  /** The name under which the box keeps the file of a package. */
  fileName(found: Pick<ResolvedPackage, 'name' | 'version' | 'arch'>): string;
  /** Names or patterns of the base system, and what of the source says which these are. */
  baseNames(source: S): Result<readonly string[], Failure>;
  describeBase(source: S): Readonly<Record<string, CanonicalValue>>;
}

export type Backends = { readonly [K in BackendName]: Backend<Extract<PackageSource, { backend: K }>> };
