import type { Digest } from '../base/index.js';
import type { Failure } from '../report/index.js';

/** What is known of a key that failed. */
export interface KnownFailure {
  readonly failure: Failure;
  readonly log: Digest | undefined;
  readonly durationMs: number;
}

/**
 * Failures that only a change of the key would mend: a watching process does not run such a step again. What may go
 * well the next time (a mirror, a signature, a worker) is not remembered.
 */
export class FailureMemory {
  readonly #known = new Map<Digest, KnownFailure>();

  remember(key: Digest, known: KnownFailure): void {
    if (REPEATABLE.has(known.failure.kind)) this.#known.set(key, known);
  }

  recall(key: Digest): KnownFailure | undefined {
    return this.#known.get(key);
  }

  forgetAll(): void {
    this.#known.clear();
  }
}

const REPEATABLE: ReadonlySet<Failure['kind']> = new Set([
  'command-failed',
  'package-not-found',
  'packages-conflicted',
  'rootfs-unusable',
]);
