import type { Digest } from '../base/index.js';
import type { PackageSource, RepositorySource } from './package-source.js';

/** Names one step of one graph, the same in every build: `pptp-server/openvz:01-root`, `base:bookworm-amd64`. */
export type StepId = string & { readonly __brand: 'StepId' };

export function stepId(text: string): StepId {
  return text as StepId;
}

/** One template for one hypervisor, and where its bundle goes. */
export interface Target {
  /** `pptp-server/openvz` */
  readonly name: string;
  /** The step whose result is the finished bundle or archive. */
  readonly step: StepId;
  /** Absolute path of that file. */
  readonly output: string;
}

/** A named limit on how many steps run at once; see `engine/pools.ts` for the sizes. */
export type Pool = 'work' | 'network' | 'sign';

interface StepBase {
  readonly id: StepId;
  readonly pool: Pool;
}

/** One exact package, as a lock records it: its digest says what it is, its origin where it was seen. */
export interface ExactPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** URL without credentials, or `local:FILE` for a package of the author's own. */
  readonly origin: string;
  /** Of a Debian base system: what the repository says, which may differ from what the package says of itself. */
  readonly priority?: string;
}

/** A snapshot by its digest; `date` is in seconds. */
export interface LockedSnapshot {
  readonly snapshot: Digest;
  readonly date: number;
}

/** Packages that a newer snapshot must not move, and the snapshot that they were resolved against. */
export interface PinnedPackages {
  readonly snapshot: Digest;
  readonly packages: readonly ExactPackage[];
}

/** Fetches the repository's signed metadata; its result stays until the user asks for a newer one. */
export interface SnapshotStep extends StepBase {
  readonly kind: 'snapshot';
  readonly source: PackageSource;
  /** Where a lock says which snapshot is meant, that is the result. */
  readonly locked?: LockedSnapshot;
  /** The base whose own configuration names the repositories. */
  readonly base?: StepId;
}

/** Turns names into exact packages. Without `base`, resolves the base system itself. */
export interface ResolveStep extends StepBase {
  readonly kind: 'resolve';
  readonly source: RepositorySource;
  readonly snapshot: StepId;
  readonly base?: StepId;
  /** Names as the user wrote them; the order means nothing. */
  readonly packages: readonly string[];
  /** Where a lock says what they are, that is the result. */
  readonly locked?: readonly ExactPackage[];
  /** Of a base that was given: what it must be found to be (`foundationOf`) for that to hold. */
  readonly lockedOnto?: Digest;
  /** The lock that must hold, an absolute path: the step fails where the base is another than `lockedOnto`. */
  readonly lockedBy?: string;
  /** For an update of some packages only. */
  readonly pinned?: PinnedPackages;
}

export interface BaseStep extends StepBase {
  readonly kind: 'base';
  readonly source: PackageSource;
  readonly snapshot: StepId;
  /** Absent where nothing is resolved beforehand. */
  readonly resolved?: StepId;
  /** Names of packages that come with the base, for a backend that installs none afterwards. */
  readonly packages?: readonly string[];
  /** Seconds; without it the date of the snapshot is taken. */
  readonly sourceDateEpoch?: number;
}

export interface PackagesStep extends StepBase {
  readonly kind: 'packages';
  readonly source: RepositorySource;
  readonly snapshot: StepId;
  readonly base: StepId;
  readonly resolved: StepId;
}

export interface HookStep extends StepBase {
  readonly kind: 'hook';
  readonly from: StepId;
  readonly hook: {
    readonly name: string;
    readonly file: string;
    readonly digest: Digest;
    readonly args: readonly string[];
  };
  /** `MKVE_*` only; what every hook gets is added by the action. */
  readonly env: Readonly<Record<string, string>>;
  readonly network: 'none' | 'host';
}

/** Runs one line of shell inside. */
export interface CommandStep extends StepBase {
  readonly kind: 'command';
  readonly from: StepId;
  readonly command: string;
  /** `MKVE_*` only, as for hooks. */
  readonly env: Readonly<Record<string, string>>;
}

/** One thing that is copied from the host. Paths and targets are bytes, one character (0-255) a byte. */
export type CopiedEntry = {
  /** Below what is copied; empty for itself. */
  readonly path: string;
} & (
  | { readonly type: 'dir'; readonly mode: number }
  | { readonly type: 'file'; readonly mode: number; readonly size: number; readonly digest: Digest }
  | { readonly type: 'symlink'; readonly target: string }
);

/** Where a copy goes. */
export interface CopyDestination {
  /** Absolute inside the root file system, as bytes. */
  readonly path: string;
  /**
   * `at`: what is copied gets this path. `into`: it goes into that directory under its own name. `auto`: into it
   * where it is a directory at that moment, otherwise at it.
   */
  readonly place: 'at' | 'into' | 'auto';
}

/** Puts files of the host into the root file system, owned by its root. */
export interface CopyStep extends StepBase {
  readonly kind: 'copy';
  readonly from: StepId;
  readonly source: {
    /** Absolute path on the host without symbolic links, as bytes; only for reading. */
    readonly file: string;
    /** The name under which it goes into a directory, as bytes. */
    readonly name: string;
    /** Directories before what is in them. */
    readonly entries: readonly CopiedEntry[];
  };
  readonly destination: CopyDestination;
}

export interface ConfStep extends StepBase {
  readonly kind: 'conf';
  readonly files: readonly {
    readonly path: string;
    readonly file: string;
    readonly digest: Digest;
    readonly mode: number;
    readonly size: number;
  }[];
}

export type RootfsFormat = 'tar.gz' | 'tar.zst' | 'tar';

/** A device node that a packed rootfs gets without any hook making it (no user namespace may make one). */
export interface DeviceNode {
  /** Relative to the root: `dev/null`. */
  readonly path: string;
  readonly type: 'char' | 'block';
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
}

export interface PackStep extends StepBase {
  readonly kind: 'pack';
  readonly from: StepId;
  readonly format: RootfsFormat;
  /** The compressor's own scale; 0 for plain tar. */
  readonly level: number;
  readonly devices: readonly DeviceNode[];
  /** Patterns of paths that the archive leaves out; devices are added after that. */
  readonly exclude?: readonly string[];
}

/** Packs a directory of the host, of which only the content enters the key. */
export interface TarifyStep extends StepBase {
  readonly kind: 'tarify';
  /** Absolute path without symbolic links; only for reading. */
  readonly directory: string;
  /** Its content when it was scanned. */
  readonly tree: Digest;
  /** Blob with the directories of that tree. */
  readonly objects: Digest;
  readonly format: RootfsFormat;
  readonly level: number;
  readonly devices: readonly DeviceNode[];
  readonly exclude: readonly string[];
  /** Seconds: the mtime of added device nodes. */
  readonly deviceTime: number;
}

/** Puts a packed root file system into a file at `output`. */
export interface ArchiveStep extends StepBase {
  readonly kind: 'archive';
  readonly pack: StepId;
  readonly output: string;
}

/** Writes metainfo.json and packages.json. */
export interface MetainfoStep extends StepBase {
  readonly kind: 'metainfo';
  readonly pack: StepId;
  readonly conf: StepId;
  readonly describes: {
    readonly name: string;
    readonly hypervisor: string;
    readonly version: string;
    readonly architecture: string;
    readonly vendor?: string;
    readonly license?: string;
    /** What each entry of the package list stands for, sorted; absent when nothing is listed. */
    readonly requested?: Readonly<Record<string, readonly string[]>>;
  };
}

export interface SignStep extends StepBase {
  readonly kind: 'sign';
  readonly metainfo: StepId;
  /** As gpg's `--local-user` takes it; without it gpg's default key signs. */
  readonly key?: string;
}

/** Puts the members into one file at `output`. */
export interface BundleStep extends StepBase {
  readonly kind: 'bundle';
  readonly metainfo: StepId;
  readonly pack: StepId;
  readonly conf: StepId;
  /** Absent when the bundle is not to be signed. */
  readonly signature?: StepId;
  readonly output: string;
}

export type Step =
  | SnapshotStep
  | ResolveStep
  | BaseStep
  | PackagesStep
  | HookStep
  | CommandStep
  | CopyStep
  | ConfStep
  | PackStep
  | TarifyStep
  | MetainfoStep
  | SignStep
  | BundleStep
  | ArchiveStep;

export type StepKind = Step['kind'];
