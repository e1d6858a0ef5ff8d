import { assertNever, canonicalJson, type Digest, digestOf } from '../base/index.js';

/** A trusted public key file for a repository. The path only locates its bytes; the key holds the digest. */
export interface Keyring {
  readonly file: string;
  readonly digest: Digest;
}

/** One apt repository, as a deb822 stanza would say it. */
export interface AptRepository {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Without any, apt trusts what the host's own keyrings trust. */
  readonly keyrings: readonly Keyring[];
}

/** A package file of the template's author, as it was when its directory was read. */
export interface LocalPackage {
  /** Absolute; only for reading. */
  readonly file: string;
  readonly digest: Digest;
  readonly size: number;
}

/** Where packages come from, with every default already filled in: one shape a backend. */
export type PackageSource = MmdebstrapSource | DnfSource | RootfsSource | HasherSource;

/** Those with which names are resolved to exact packages before anything is installed. */
export type RepositorySource = Exclude<PackageSource, HasherSource>;

/** The name of a backend, as `--backend` takes it. */
export type BackendName = PackageSource['backend'];

/** Debian and its relatives. */
export interface MmdebstrapSource {
  readonly backend: 'mmdebstrap';
  readonly suite: string;
  /** As Debian names it: `amd64`. */
  readonly architecture: string;
  readonly repositories: readonly AptRepository[];
  /** mmdebstrap's name for the size of the base: `minbase`, `apt`, `essential`, … */
  readonly variant: string;
  readonly recommends: boolean;
  /** They win over packages of the same name from the repositories. */
  readonly local?: readonly LocalPackage[];
}

/** One dnf repository, as a section of a .repo file would say it: dnf.conf(5). */
export interface DnfRepository {
  readonly id: string;
  /** `$releasever` and `$basearch` in it are replaced by dnf. */
  readonly url: string;
  readonly by: 'baseurl' | 'metalink' | 'mirrorlist';
  /** Keys that sign its packages; none: signatures are not asked for. */
  readonly keyrings: readonly Keyring[];
}

/** Fedora, RHEL and their relatives. */
export interface DnfSource {
  readonly backend: 'dnf';
  /** `$releasever`. */
  readonly release: string;
  /** As rpm names it: `x86_64`. */
  readonly architecture: string;
  readonly repositories: readonly DnfRepository[];
  /** Names of the packages of the base system. */
  readonly base: readonly string[];
  readonly recommends: boolean;
  /** Absolute path of rpm's database inside the root file system. */
  readonly database: string;
  readonly local?: readonly LocalPackage[];
}

/** A base that is there already. */
export interface RootfsSource {
  readonly backend: 'rootfs';
  /** For the names of steps: the last part of the path. */
  readonly name: string;
  /** As Debian names it, where packages are to be installed. */
  readonly architecture: string;
  readonly from: {
    readonly kind: 'archive' | 'directory' | 'oci-layout';
    /** Absolute, without symbolic links; only for reading. */
    readonly path: string;
    /** Changes whenever the content may have: of names, sizes and times, or of digests where the content has them. */
    readonly fingerprint: Digest;
  };
  /** Where its apt finds packages; absent: where its own configuration says. */
  readonly repositories?: readonly AptRepository[];
  readonly recommends: boolean;
  readonly local?: readonly LocalPackage[];
}

/** ALT Linux. */
export interface HasherSource {
  readonly backend: 'hasher';
  /** As ALT names it: `x86_64`. */
  readonly architecture: string;
  /** Absolute: hasher's working directory, which is nobody else's. */
  readonly workdir: string;
  /** Lines of sources.list for hasher's apt; absent: the host's own. */
  readonly repositories?: readonly string[];
  /** Packages of the base system beside hasher's own. */
  readonly base: readonly string[];
  /** Which pair of hasher's satellite users; absent: any that is free. */
  readonly number?: number;
}

/** What the source is called in the ids of steps: `bookworm-amd64`. */
export function sourceLabel(source: PackageSource): string {
  switch (source.backend) {
    case 'mmdebstrap':
      return `${source.suite}-${source.architecture}`;
    case 'dnf':
      return `${source.release}-${source.architecture}`;
    case 'rootfs':
      return source.name;
    case 'hasher':
      return `hasher-${source.architecture}`;
    default:
      return assertNever(source);
  }
}

/** Absolute paths of the files and directories of the host that the source names: when one changes, so does the source. */
export function filesOf(source: PackageSource): readonly string[] {
  if (source.backend === 'hasher') return [];
  const keyrings = source.repositories?.flatMap((repository) => repository.keyrings) ?? [];
  const local = (source.local ?? []).flatMap(({ file }) => [file, file.replace(/\/[^/]*$/, '')]);
  const given = source.backend === 'rootfs' ? [source.from.path] : [];
  return [...new Set([...keyrings.map(({ file }) => file), ...local, ...given])];
}

/**
 * What a list of packages is resolved on top of: a base, and the author's own packages beside it.
 * @param base of its packages, or where it was given of its package database; absent: not known
 */
export function foundationOf(
  base: Digest | undefined,
  { local = [] }: Pick<RepositorySource, 'local'>,
): Digest | undefined {
  if (base === undefined || local.length === 0) return base;
  return digestOf(canonicalJson([base, ...local.map(({ digest }) => digest).sort()]));
}
