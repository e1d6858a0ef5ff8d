/**
 * What the author of an mkvefile writes, and the function it calls. This is behind `import … from 'mkve'` while an mkvefile
 * loads, so it imports nothing else and does nothing. The comments here are
 * what an editor shows; `schema.ts` checks the same shape when the file is loaded.
 */
import type { PackagesConfig } from './config-packages.js';

export { dnf, hasher, mmdebstrap, rootfs } from './config-packages.js';

/** The whole of an mkvefile. Relative paths are relative to the mkvefile's directory. */
export interface MkveConfig {
  /** What is built: the name of each template, and where it is or what it holds. */
  readonly templates: Readonly<Record<string, NativeTemplateConfig | InlineTemplateConfig>>;
  /**
   * Where packages come from: `mmdebstrap({ … })`, `dnf({ … })`, `hasher({ … })`, a base that is there already with
   * `rootfs({ … })`, or `'auto'` for the host's own distribution.
   * @default 'auto'
   */
  readonly packages?: PackagesConfig;
  /** Directories in which hooks are looked for after the template's own, before those shipped with mkve. */
  readonly hooks?: readonly string[];
  /**
   * Who signs the bundles, or `false` to leave them unsigned.
   * @default {} which means gpg's default key
   */
  readonly sign?: SignConfig | false;
  /**
   * Packages that `ve-NAME` stands for: `{ 'pptp-server': ['pptpd', 'iproute2'] }` is what `ve-pptp-server` means. A
   * set may name other `ve-*` sets, which name packages only.
   */
  readonly services?: Readonly<Record<string, readonly string[]>>;
  /** What `ve-hypervisor-NAME` stands for, by the name of the hypervisor. */
  readonly hypervisors?: Readonly<Record<string, HypervisorConfig>>;
  /**
   * How many steps may run at once; `-j` on the command line wins.
   * @default the number of processors
   */
  readonly jobs?: number;
  /** What hooks, commands and the scripts of packages may take of the machine. */
  readonly limits?: LimitsConfig;
  /** Where results are kept, and how much of them. */
  readonly cache?: CacheConfig;
  /**
   * Seconds since 1970 to which newer file times are set back, as SOURCE_DATE_EPOCH.
   * @default the date of the package repository's snapshot
   */
  readonly sourceDateEpoch?: number;
}

/** Keys that every template may have. */
export interface TemplateOutputConfig {
  /**
   * Where the bundle goes. `{name}`, `{hypervisor}`, `{version}` and `{arch}` are replaced.
   * @default 'out/{name}-{hypervisor}.bun'
   */
  readonly output?: string;
  /**
   * Hooks that may reach the network, named as the template lists them. No other hook can.
   * @default []
   */
  readonly network?: readonly string[];
  /** How its root file systems are packed, under every hypervisor. */
  readonly pack?: PackConfig;
}

/** How a root file system is packed. */
export interface PackConfig {
  /**
   * tar.gz is read by everything; tar.zst is smaller, and packed and unpacked several times faster.
   * @default what suits the hypervisor: tar.gz for openvz, tar.zst for the others
   */
  readonly format?: 'tar.gz' | 'tar.zst' | 'tar';
  /** 1 to 9 for tar.gz, 1 to 22 for tar.zst; needs `format` beside it. */
  readonly level?: number;
}

/** A template kept in files: `hypervisors`, `packages-lists/HV`, `hooks-lists/HV` and so on. */
export interface NativeTemplateConfig extends TemplateOutputConfig {
  /** The template's directory. */
  readonly path: string;
  /**
   * For which hypervisors it is built.
   * @default all that its `hypervisors` file lists
   */
  readonly hypervisors?: readonly string[];
}

/** A template written down in the mkvefile itself. */
export interface InlineTemplateConfig extends TemplateOutputConfig {
  /** The template's version, for every hypervisor that gives none of its own. */
  readonly version: string;
  /** One line for the bundle's metadata: who made it. */
  readonly vendor?: string;
  /** One line for the bundle's metadata: under which licence. */
  readonly license?: string;
  /** What it holds under each hypervisor that it supports. */
  readonly hypervisors: Readonly<Record<string, InlineHypervisorConfig>>;
}

/** An inline template under one hypervisor. */
export interface InlineHypervisorConfig {
  /** Packages to install. Their order means nothing. */
  readonly packages?: readonly string[];
  /** Hooks in the order they run: names that are looked up (`01-root`), or paths, which begin with `./`, `../` or `/`. */
  readonly hooks?: readonly string[];
  /** A directory whose files go into the bundle for the creation of containers. They do not enter the rootfs. */
  readonly conf?: string;
  /** Wins over the template's version. */
  readonly version?: string;
}

/** What a hypervisor needs beside what the service needs. */
export interface HypervisorConfig {
  /** Packages that `ve-hypervisor-NAME` stands for; may be empty. */
  readonly packages: readonly string[];
}

/** How bundles are signed. */
export interface SignConfig {
  /**
   * The key, in any form that gpg's `--local-user` takes: an address, a fingerprint.
   * @default gpg's default key
   */
  readonly key?: string;
}

/** What a hook may take of the machine before it is stopped. No limit is part of any key. */
export interface LimitsConfig {
  /**
   * How many processes there may be inside at once, in all hooks that run at the same time.
   * @default 4096
   */
  readonly processes?: number;
  /**
   * The memory that one process may have: `'2 GB'`, `'512 MiB'`, or a number of bytes.
   * @default the memory of the machine
   */
  readonly memory?: string | number;
  /**
   * What one step may write: `'20 GB'`, `'512 MiB'`, or a number of bytes. A step that writes more is stopped, and what it
   * wrote is removed.
   * @default '50 GB'
   */
  readonly disk?: string | number;
}

/** Where results of steps are kept. */
export interface CacheConfig {
  /**
   * The store's directory.
   * @default $MKVE_CACHE_DIR, else $XDG_CACHE_HOME/mkve, else ~/.cache/mkve
   */
  readonly directory?: string;
  /** The size that garbage collection keeps the store under: `'20 GB'`, `'512 MiB'`, or a number of bytes. */
  readonly maxSize?: string | number;
  /**
   * Targets whose results garbage collection never removes: names or globs, as on the command line.
   * @default []
   */
  readonly pin?: readonly string[];
}

/**
 * Gives an mkvefile's default export its type, so that an editor completes and checks it.
 * @returns its argument, unchanged
 */
export function defineConfig(config: MkveConfig): MkveConfig {
  return config;
}
