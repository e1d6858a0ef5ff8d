import type { CommandRunner, Result } from '../base/index.js';
import type { ExactPackage } from '../graph/index.js';
import type { Failure } from '../report/index.js';

/** One exact package. */
export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly size: number;
  /** The name of its file among the downloads: `NAME_VERSION_ARCH.deb`, `NAME-VERSION-RELEASE.ARCH.rpm`. */
  readonly file: string;
  /** `local:FILE` for a package of the author's own. */
  readonly uri: string;
  /** Of a Debian base system: the priority that the repository gives it (deb-control(5)). */
  readonly priority?: string;
}

/** A file of repository metadata, as the package tool keeps it. */
export interface ListFile {
  /** Below the lists of a box; may hold slashes. */
  readonly name: string;
  readonly path: string;
}

/**
 * A private root of a package tool: the host's apt or dnf works on lists, a package database and downloads of ours,
 * needs no privilege, and touches neither the host's packages nor any root file system. `test/contract` has what
 * every box promises.
 */
export interface PackageBox {
  /** Where the metadata of the repositories lies; filled by `update`, or by whoever has it already. */
  readonly lists: string;
  /** Where downloads go. What is there and right is not downloaded again. */
  readonly archives: string;
  /**
   * Fetches the metadata of all repositories, signatures checked where there are any to check.
   * @param onPercent told how far the tool is
   */
  update(onPercent: (percent: number) => void): Promise<Result<readonly ListFile[], Failure>>;
  /** The exact packages that installing these names would bring. Asks no network. */
  resolve(names: readonly string[]): Promise<Result<readonly ResolvedPackage[], Failure>>;
  /** The same with what making a base of them takes beside. */
  forBase(packages: readonly ResolvedPackage[]): Promise<readonly ResolvedPackage[]>;
  /** Those of the names that no package of the lists has or provides. Asks no network and solves nothing. */
  lacking(names: readonly string[]): Promise<Result<readonly string[], Failure>>;
  /**
   * Has `resolve` prefer exactly these over any other version of the same names, newer or older.
   * @param lists a directory with the lists of the snapshot that they were resolved against
   */
  hold(packages: readonly ExactPackage[], lists: string): Promise<void>;
  /**
   * Downloads exactly these into `archives`, from where they were seen; no list is needed for that. The tool compares
   * digests. All are tried, whatever becomes of the others.
   * @param onPercent told how far the tool is
   */
  download(
    packages: readonly ResolvedPackage[],
    onPercent: (percent: number) => void,
  ): Promise<Result<void, Failure>>;
}

/** What a box is made of beside its source. */
export interface BoxOptions {
  readonly paths: {
    /** A private empty directory. */
    readonly directory: string;
    /** Of it only the proxies and the like count. */
    readonly environment: Readonly<Record<string, string>>;
  };
  readonly runner: CommandRunner;
  /** The package database of the system that packages go on top of; absent for a new system. */
  readonly status?: string | Uint8Array;
  readonly output: (chunk: Uint8Array) => void;
  readonly signal: AbortSignal;
}
