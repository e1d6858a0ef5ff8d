import type { InlineTemplate } from '../template/index.js';
import type { PackagesConfig } from './config-packages.js';
import type { NeededPath } from './needed-paths.js';
import type { OutputPattern } from './output.js';

/** An mkvefile that was loaded and checked: every path absolute, every default in its place. */
export interface LoadedMkvefile {
  /** Absolute path of the mkvefile. */
  readonly file: string;
  readonly config: LoadedConfig;
  /**
   * Absolute paths of the mkvefile and of every file it imported, sorted: when one changes, load it again. What a
   * CommonJS module requires in its turn is not among them.
   */
  readonly reads: readonly string[];
}

export interface LoadedConfig {
  /** The mkvefile's directory. */
  readonly directory: string;
  /** In the order of the mkvefile. */
  readonly templates: readonly LoadedTemplate[];
  readonly packages: PackagesConfig;
  /** Directories, in the order they are searched. */
  readonly hooks: readonly string[];
  /** Without `key` gpg's default key signs; `false` leaves bundles unsigned. */
  readonly sign: { readonly key?: string } | false;
  /** Packages behind `ve-NAME`, by NAME. */
  readonly services: ReadonlyMap<string, readonly string[]>;
  /** Packages behind `ve-hypervisor-NAME`, by NAME. */
  readonly hypervisors: ReadonlyMap<string, readonly string[]>;
  readonly limits: {
    readonly processes?: number;
    readonly memoryBytes?: number;
    readonly diskBytes?: number;
  };
  /** Absent: as many as there are processors. */
  readonly jobs?: number;
  readonly cache: {
    readonly directory?: string;
    readonly maxBytes?: number;
    /** Patterns of targets. */
    readonly pin?: readonly string[];
  };
  /** Seconds; absent: the date of the snapshot. */
  readonly sourceDateEpoch?: number;
}

/** A config without mistakes, as long as the paths that it needs are there. */
export interface CheckedConfig {
  readonly config: LoadedConfig;
  readonly needed: readonly NeededPath[];
}

export type LoadedTemplate = LoadedNativeTemplate | LoadedInlineTemplate;

interface LoadedTemplateBase {
  readonly name: string;
  /** Where the template stands in the mkvefile: `templates.tiny`. */
  readonly keyPath: string;
  readonly output: OutputPattern;
  /** Names of the hooks that may reach the network, as a resolved hook is named: a path's last part. */
  readonly network: readonly string[];
  /** What differs from how the hypervisor's root file systems are packed; a level comes with its format. */
  readonly pack?: { readonly format?: 'tar.gz' | 'tar.zst' | 'tar'; readonly level?: number };
}

export interface LoadedNativeTemplate extends LoadedTemplateBase {
  readonly kind: 'native';
  readonly directory: string;
  /** Absent: all that the template lists. */
  readonly hypervisors?: readonly string[];
}

export interface LoadedInlineTemplate extends LoadedTemplateBase {
  readonly kind: 'inline';
  /** Its hooks that were given as paths, and its conf directories, are absolute. */
  readonly template: InlineTemplate;
}
