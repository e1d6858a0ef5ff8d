import type { Digest } from '../base/index.js';
import type { Problem } from '../report/index.js';

/**
 * A template for one hypervisor, read and checked: nothing after this type asks again whether a name is legal
 * or a hook exists. Native and inline templates both become this.
 */
export interface ResolvedTemplate {
  readonly name: string;
  readonly hypervisor: string;
  readonly version: string;
  /** Names as written, in the order of the list, without repetition. The order means nothing. */
  readonly packages: readonly string[];
  /** In the order they run. The same hook may be listed twice. */
  readonly hooks: readonly ResolvedHook[];
  /** Sorted by path. */
  readonly conf: readonly ConfFile[];
  readonly vendor?: string;
  readonly license?: string;
  /** Every file and directory that was read or looked for, absolute: what watch mode watches. */
  readonly reads: readonly string[];
}

export interface ResolvedHook {
  /** As listed: `03-chkconfig_pptpd_on`. */
  readonly name: string;
  /** Absolute path of the executable; only for reading its bytes, never part of a key. */
  readonly file: string;
  /** Of its content. Its x bit was checked, so it needs no place beside the digest. */
  readonly digest: Digest;
  /** Given to the executable: service and state for the chkconfig family, otherwise none. */
  readonly args: readonly string[];
}

export interface ConfFile {
  /** Relative to the conf directory, `/` between parts. */
  readonly path: string;
  /** Absolute path, for reading its bytes. */
  readonly file: string;
  readonly digest: Digest;
  /** Permission bits, only the x bits of which are kept from the file system: 0644 or 0755. */
  readonly mode: number;
  readonly size: number;
}

/** Why a template cannot be used: an error at least, the warnings among them. */
export interface TemplateFaults {
  readonly problems: readonly Problem[];
  /** As those of a good reading: what has to change for it to become one. */
  readonly reads: readonly string[];
}

/** A whole template, for all of its hypervisors. */
export interface TemplateReading {
  readonly name: string;
  /** One a hypervisor, in the order in which the template lists them. */
  readonly targets: readonly ResolvedTemplate[];
  readonly warnings: readonly Problem[];
  /** Every file and directory that was read or looked for, absolute: those of all targets and the shared ones. */
  readonly reads: readonly string[];
}
