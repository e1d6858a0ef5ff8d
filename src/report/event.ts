import type { Failure } from './failure.js';
import type { Why } from './why.js';

/** How far a step is. Without `total` nobody knows how much there will be. */
export interface Progress {
  readonly done: number;
  readonly total?: number;
  /** Of `percent` the total is 100. */
  readonly unit: 'bytes' | 'percent';
}

/** A package that a lock has otherwise than before. Equal versions: it is another file of the same version. */
export interface LockChange {
  readonly name: string;
  readonly arch: string;
  /** Version; absent when the package is new. */
  readonly before?: string;
  /** Version; absent when the package is gone. */
  readonly after?: string;
}

/**
 * What happens during a build. Reporters turn events into lines, a live display or JSON; nothing else prints.
 * `step` is a step id, times are milliseconds. Each `step-started` is followed by one `step-finished`, `step-failed` or
 * `step-cancelled`, unless mkve itself breaks. docs/events.md describes them for programs.
 */
export type Event =
  | {
      readonly type: 'build-started';
      readonly targets: readonly string[];
      readonly steps: number;
      readonly jobs: number;
    }
  /** Another process is at work on an equal step, and what it makes of it will do. */
  | { readonly type: 'step-waiting'; readonly step: string; readonly kind: string }
  | {
      readonly type: 'step-started';
      readonly step: string;
      readonly kind: string;
      readonly why: Why;
      /** How long it took the last time. */
      readonly estimateMs?: number;
    }
  | ({ readonly type: 'step-progress'; readonly step: string } & Progress)
  | { readonly type: 'step-output'; readonly step: string; readonly chunk: Uint8Array }
  | {
      readonly type: 'step-finished';
      readonly step: string;
      readonly kind: string;
      readonly how: 'ran';
      readonly durationMs: number;
    }
  | {
      readonly type: 'step-finished';
      readonly step: string;
      readonly kind: string;
      /** `cached`: found by its key, its result saved `durationMs` of work. */
      readonly how: 'cached';
      readonly durationMs: number;
      /** Early cutoff: its inputs that ran and left what they had left before, so that its key is that of the last build. */
      readonly cutoff?: readonly string[];
    }
  | {
      readonly type: 'step-failed';
      readonly step: string;
      readonly kind: string;
      /** `remembered`: its key has failed before in this session, so it was not run again. */
      readonly how: 'ran' | 'remembered';
      readonly failure: Failure;
      readonly durationMs: number;
      /** Path of the file with everything it wrote. */
      readonly log?: string;
    }
  | { readonly type: 'step-skipped'; readonly step: string; readonly kind: string; readonly because: string }
  | { readonly type: 'step-cancelled'; readonly step: string; readonly kind: string }
  /** What packages were resolved to was written to a lock, or found to be what the lock has. */
  | {
      readonly type: 'lock';
      readonly file: string;
      readonly how: 'written' | 'unchanged';
      /** How many different packages it has. */
      readonly packages: number;
      readonly changes: readonly LockChange[];
    }
  | { readonly type: 'warning'; readonly message: string; readonly step?: string }
  /** Watch mode noticed changes and reads everything anew. */
  | { readonly type: 'watch-changed'; readonly paths: readonly string[] }
  /** What is wrong with the mkvefile or a template; it is waited for until it is mended. */
  | { readonly type: 'watch-broken'; readonly failure: Failure }
  /** All is built as far as it can be. `paths`: how many are watched. */
  | { readonly type: 'watch-waiting'; readonly targets: number; readonly paths: number }
  | {
      readonly type: 'target-finished';
      readonly target: string;
      readonly how: 'built' | 'up-to-date' | 'restored' | 'failed' | 'cancelled';
      readonly output: string;
      readonly size?: number;
    }
  | {
      readonly type: 'build-finished';
      readonly ran: number;
      readonly cached: number;
      readonly failed: number;
      readonly skipped: number;
      readonly durationMs: number;
      readonly savedMs: number;
    }
  /** Said once for each store, after the first build that put something in. */
  | { readonly type: 'store-limit'; readonly directory: string; readonly limitBytes: number }
  /** After a build the store was over its limit, and what is worth least was removed. */
  | {
      readonly type: 'store-collected';
      readonly removedBytes: number;
      readonly bytes: number;
      readonly limitBytes: number;
    };

/** Port: is told of every event, in order. */
export interface Reporter {
  report(event: Event): void;
}
