import type { Problem } from './problem.js';

/**
 * Everything that may go wrong without being mkve's fault. Data only: `render.ts` turns it into words, and
 * `exitStatusOf` into the status of the process. Names are facts in the past tense.
 */
export type Failure =
  | { readonly kind: 'usage-wrong'; readonly message: string; readonly hint?: string }
  | { readonly kind: 'config-invalid'; readonly what: string; readonly problems: readonly Problem[] }
  | { readonly kind: 'target-unknown'; readonly wanted: string; readonly known: readonly string[] }
  | CommandFailed
  | {
      readonly kind: 'package-not-found';
      readonly packages: readonly string[];
      readonly suite: string;
      readonly detail: string;
    }
  | { readonly kind: 'packages-conflicted'; readonly detail: string }
  | { readonly kind: 'mirror-unreachable'; readonly urls: readonly string[]; readonly detail: string }
  | { readonly kind: 'repository-untrusted'; readonly url: string; readonly detail: string }
  | { readonly kind: 'download-failed'; readonly urls: readonly string[]; readonly detail: string }
  /** Resolved packages that their repository no longer has; `openssl 3.0.17-1 amd64` each. */
  | { readonly kind: 'packages-gone'; readonly packages: readonly string[] }
  /** What would have to be asked for over the network, which is not allowed; phrases. */
  | { readonly kind: 'offline-lacks'; readonly missing: readonly string[] }
  /** The lock would change, and must not; sentences. */
  | { readonly kind: 'lock-outdated'; readonly file: string; readonly changes: readonly string[] }
  | { readonly kind: 'input-changed'; readonly file: string }
  | { readonly kind: 'input-unreadable'; readonly file: string; readonly detail: string }
  /** What was to be copied cannot go where it should; a sentence. */
  | { readonly kind: 'copy-refused'; readonly detail: string }
  | TreeUnreadable
  | { readonly kind: 'signing-failed'; readonly detail: string; readonly hint?: string }
  | { readonly kind: 'output-unwritable'; readonly path: string; readonly detail: string }
  | { readonly kind: 'verification-failed'; readonly file: string; readonly faults: readonly string[] }
  | { readonly kind: 'store-broken'; readonly path: string; readonly detail: string; readonly hint?: string }
  /** The damaged entry is gone: trying again makes it anew. */
  | { readonly kind: 'store-damaged'; readonly detail: string }
  /** No space, no memory, a disk that fails: a system error that is nobody's mistake here. */
  | { readonly kind: 'system-refused'; readonly detail: string; readonly hint: string }
  | { readonly kind: 'rootfs-unusable'; readonly detail: string }
  /** A step took more than `limits` of the mkvefile lets it. */
  | {
      readonly kind: 'limit-exceeded';
      readonly what: string;
      readonly limit: 'disk';
      readonly bytes: number;
    }
  /** A step left a path that no program could name. */
  | { readonly kind: 'path-too-long'; readonly path: string; readonly mostBytes: number }
  | { readonly kind: 'host-lacks'; readonly needs: readonly HostNeed[] }
  /** What was asked for is beyond a package backend, or beyond what it was given; a sentence. */
  | {
      readonly kind: 'backend-unable';
      readonly backend: string;
      readonly detail: string;
      readonly hint?: string;
    }
  | { readonly kind: 'worker-died'; readonly detail: string }
  | { readonly kind: 'cancelled' };

/** A program that mkve ran for a step ended badly. */
export interface CommandFailed {
  readonly kind: 'command-failed';
  /** What the program was for: `hook 01-root`, `mmdebstrap`. */
  readonly what: string;
  readonly argv: readonly string[];
  readonly ending: { readonly status: number } | { readonly signal: string };
  /** The last lines it wrote, at most twenty. */
  readonly lastLines: readonly string[];
  readonly hint?: string;
}

/** A directory that was to be packed cannot be read as a whole. */
export interface TreeUnreadable {
  readonly kind: 'tree-unreadable';
  readonly directory: string;
  /** Paths below it, and the system's reasons. */
  readonly paths: readonly { readonly path: string; readonly reason: string }[];
}

/** Something the host must have, and the command that brings it. */
export interface HostNeed {
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}
