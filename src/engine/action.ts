import { type CanonicalValue, canonicalJson, type Digest, digestOf } from '../base/index.js';

/**
 * All that determines what a step produces, and nothing else: no paths of this machine, no verbosity, no jobs, no
 * times. The version goes up whenever the code of a kind of step would produce something else from the same inputs.
 */
export interface Action {
  readonly kind: string;
  readonly version: number;
  readonly inputs: { readonly [name: string]: CanonicalValue | undefined };
}

/** The canonical document and its digest. */
export function actionKey(action: Action): { readonly document: string; readonly key: Digest } {
  const document = canonicalJson(action as unknown as CanonicalValue);
  return { document, key: digestOf(document) };
}
