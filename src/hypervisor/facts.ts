import type { Finding } from './finding.js';

/** A node that no user namespace may make, so the packer writes it into the archive by itself. */
export interface DeviceNode {
  /** Relative to the root: `dev/null`. */
  readonly path: string;
  readonly type: 'char' | 'block';
  readonly major: number;
  readonly minor: number;
  /** Permission bits. */
  readonly mode: number;
}

/** Checks the lines of one text file, without their line ends. */
export type ConfCheck = (lines: readonly string[]) => readonly Finding[];

/** All that mkve knows about a hypervisor. */
export interface HypervisorFacts {
  readonly rootfs: {
    readonly format: 'tar.gz' | 'tar.zst';
    /** On the compressor's own scale. */
    readonly level: number;
  };
  /** In the order of their names. */
  readonly devices: readonly DeviceNode[];
  /** The text files under `conf/HV/` that are understood, by path; every other one is opaque. */
  readonly confChecks: ReadonlyMap<string, ConfCheck>;
}
