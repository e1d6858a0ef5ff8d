import type { CanonicalValue, Digest } from '../base/index.js';

/** What a step produced, as data: digests of blobs, a tree digest with its layers, exact package lists. */
export type Outputs = { readonly [name: string]: CanonicalValue };

export interface ActionResult {
  /** The canonical document whose digest is the action key; kept so that `explain` can compare. */
  readonly action: string;
  readonly outputs: Outputs;
  /** Blob with everything the step wrote while it ran; absent when it wrote nothing. */
  readonly log?: Digest;
  readonly durationMs: number;
}

/** The right to publish the result of one key. Whoever holds it works alone on the key, in all processes. */
export interface Claim {
  /** Makes the result visible to every process, then gives the claim back. */
  publish(result: ActionResult): Promise<void>;
  /** Gives the claim back without a result. Does nothing when it was given back already. */
  release(): Promise<void>;
}

/** How to wait for a key that somebody else is at work on. */
export interface LookupWait {
  readonly signal?: AbortSignal;
  /** Told once, when there is something to wait for. */
  readonly onWait?: () => void;
}

export type Lookup =
  | { readonly kind: 'hit'; readonly result: ActionResult }
  | { readonly kind: 'miss'; readonly claim: Claim };

/** Port: action key to action result. A result is visible whole or not at all. */
export interface ActionCache {
  /** The result of a key, or nothing when it is missing or damaged. */
  read(key: Digest): Promise<ActionResult | undefined>;
  /**
   * A hit if there is a result that `isUsable` accepts; otherwise a miss with the claim on the key. Waits while
   * the claim is held, here or in another process; rejects with the signal's reason when aborted. Leaves no claim
   * behind when it rejects.
   */
  lookup(
    key: Digest,
    isUsable: (result: ActionResult) => Promise<boolean>,
    wait?: LookupWait,
  ): Promise<Lookup>;
}
