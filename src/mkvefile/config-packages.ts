/**
 * The package backends as the author of an mkvefile sees them: one function each, and what it takes. As `config.ts`, it
 * imports nothing and does nothing.
 */

/** `'auto'`, or what a backend's function returned. */
export type PackagesConfig = 'auto' | MmdebstrapPackages | DnfPackages | RootfsPackages | HasherPackages;

/** mmdebstrap(1)'s names for the size of the base system. */
export type MmdebstrapVariant =
  | 'minbase'
  | 'apt'
  | 'essential'
  | 'required'
  | 'buildd'
  | 'important'
  | 'debootstrap'
  | 'standard';

/** How mmdebstrap makes the base system, and where apt finds packages. */
export interface MmdebstrapOptions {
  /**
   * The distribution's code name: `bookworm`, `noble`.
   * @default the host's own
   */
  readonly suite?: string;
  /**
   * URLs of mirrors, or whole lines as in sources.list(5): `deb [trusted=yes] https://example.org/debian bookworm main`.
   * @default those of the host's own apt, where it is of the same distribution
   */
  readonly mirrors?: readonly string[];
  /**
   * Components of mirrors that are given as URLs.
   * @default ['main']
   */
  readonly components?: readonly string[];
  /**
   * As Debian names it: `amd64`, `arm64`.
   * @default the host's own
   */
  readonly architecture?: string;
  /**
   * Files with the public keys that the repositories are signed by.
   * @default those that the host's apt trusts
   */
  readonly keyrings?: readonly string[];
  /**
   * The size of the base system.
   * @default 'minbase'
   */
  readonly variant?: MmdebstrapVariant;
  /**
   * Whether packages that are merely recommended are installed too.
   * @default false
   */
  readonly recommends?: boolean;
  /**
   * Directories with .deb files of your own. They win over packages of the same names from the mirrors; what they
   * depend on comes from there.
   */
  readonly local?: readonly string[];
}

/** How dnf finds packages, and what a base system is. */
export interface DnfOptions {
  /**
   * What `$releasever` stands for: `'42'`.
   * @default the host's own, where that is of dnf's family
   */
  readonly release?: string;
  /**
   * Base URLs of repositories; `$releasever` and `$basearch` are replaced.
   * @default those in the host's /etc/yum.repos.d
   */
  readonly repositories?: readonly string[];
  /** Files with the public keys that the packages are signed by. Needed with `repositories`. */
  readonly keyrings?: readonly string[];
  /**
   * `'none'` believes whatever the repositories give.
   * @default 'required'
   */
  readonly signatures?: 'required' | 'none';
  /**
   * As rpm names it: `x86_64`, `aarch64`.
   * @default the host's own
   */
  readonly architecture?: string;
  /**
   * Packages of the base system, which all templates share.
   * @default ['basesystem', 'bash', 'coreutils', 'rpm', 'system-release']
   */
  readonly base?: readonly string[];
  /**
   * Whether packages that are merely recommended are installed too.
   * @default false
   */
  readonly recommends?: boolean;
  /**
   * Where rpm's database lies in the root file system; `/var/lib/rpm` for RHEL 9 and its relatives.
   * @default '/usr/lib/sysimage/rpm'
   */
  readonly database?: string;
  /** Directories with .rpm files of your own. They win over packages of the same names, and need no signature. */
  readonly local?: readonly string[];
}

/** Packages by dnf, as `dnf()` returns them. */
export interface DnfPackages extends DnfOptions {
  readonly backend: 'dnf';
}

/** A base that is there already. */
export interface RootfsOptions {
  /** A tar archive (plain, gz, xz or zst), a directory, or an OCI image layout. It is keyed by its content. */
  readonly from: string;
  /**
   * Mirrors for the apt of the base: whole lines as in sources.list(5), or URLs together with `suite`.
   * @default what the base's own sources.list files name
   */
  readonly mirrors?: readonly string[];
  /** The suite of mirrors that are given as URLs. */
  readonly suite?: string;
  /**
   * Components of mirrors that are given as URLs.
   * @default ['main']
   */
  readonly components?: readonly string[];
  /** Files with the public keys that the mirrors are signed by. */
  readonly keyrings?: readonly string[];
  /**
   * As Debian names it: `amd64`. It chooses among the images of an OCI layout.
   * @default the host's own
   */
  readonly architecture?: string;
  /**
   * Whether packages that are merely recommended are installed too.
   * @default false
   */
  readonly recommends?: boolean;
  /** Directories with .deb files of your own, which win over packages of the same names. */
  readonly local?: readonly string[];
}

/** A given base, as `rootfs()` returns it. */
export interface RootfsPackages extends RootfsOptions {
  readonly backend: 'rootfs';
}

/** How hasher makes chroots. */
export interface HasherOptions {
  /**
   * hasher's working directory. It must be there, below a prefix that hasher-priv allows.
   * @default ~/hasher
   */
  readonly workdir?: string;
  /**
   * Lines as in sources.list of ALT's apt: `rpm [p11] URL x86_64 classic`.
   * @default the host's own
   */
  readonly repositories?: readonly string[];
  /**
   * As ALT names it: `x86_64`, `aarch64`.
   * @default the host's own
   */
  readonly architecture?: string;
  /** Packages of the base system beside hasher's own, which are setup, filesystem, rpm, fakeroot and tar. */
  readonly base?: readonly string[];
  /**
   * The number of the pair of satellite users, as hasher-useradd --number has it.
   * @default any that is free
   */
  readonly number?: number;
}

/** Packages by hasher, as `hasher()` returns them. */
export interface HasherPackages extends HasherOptions {
  readonly backend: 'hasher';
}

/** Packages by mmdebstrap, as `mmdebstrap()` returns them. */
export interface MmdebstrapPackages extends MmdebstrapOptions {
  readonly backend: 'mmdebstrap';
}

/** Takes packages from Debian, Ubuntu or a relative, by mmdebstrap(1) and apt. */
export function mmdebstrap(options: MmdebstrapOptions = {}): MmdebstrapPackages {
  return { ...options, backend: 'mmdebstrap' };
}

/** Takes packages from Fedora, RHEL or a relative, by dnf and rpm. */
export function dnf(options: DnfOptions = {}): DnfPackages {
  return { ...options, backend: 'dnf' };
}

/** Starts from a root file system that is there already; its own apt, where it has one, installs the packages. */
export function rootfs(options: RootfsOptions): RootfsPackages {
  return { ...options, backend: 'rootfs' };
}

/** Takes packages from ALT Linux, by hasher. */
export function hasher(options: HasherOptions = {}): HasherPackages {
  return { ...options, backend: 'hasher' };
}
