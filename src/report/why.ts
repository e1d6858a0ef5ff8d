import type { CanonicalValue } from '../base/index.js';

/** One place in which two action documents differ. Values are shown as JSON, shortened where they are put into words. */
export interface Difference {
  /** `env.MKVE_VERSION`, `packages`, `hook.digest` */
  readonly path: string;
  readonly before?: CanonicalValue;
  readonly after?: CanonicalValue;
  /** For lists: what only one side has. */
  readonly added?: readonly CanonicalValue[];
  readonly removed?: readonly CanonicalValue[];
}

/** A difference with what a person calls that input: `package list`, `file hooks/01-root`. */
export interface NamedDifference extends Difference {
  readonly input: string;
}

/** Why a step has no usable result under its key. */
export type Why =
  | { readonly kind: 'first-build' }
  | { readonly kind: 'forced' }
  /** Its key is the one that failed the last time. */
  | { readonly kind: 'failed-before' }
  /** Its key has not changed; the store lost the result, or the output is missing or was altered. */
  | { readonly kind: 'result-missing' }
  | {
      readonly kind: 'changed';
      readonly differences: readonly NamedDifference[];
      /** The steps whose new results are all that changed; empty when the step's own inputs changed too. */
      readonly cascadeOf: readonly string[];
    };
