import { bug, type CanonicalValue, type Digest } from '../base/index.js';
import type { Outputs } from '../store/index.js';

/** A state of a root file system: what it is (the tree) and how to have it again (the layers). */
export interface RootfsState {
  readonly tree: Digest;
  /** Lowest first. Two states with equal trees are interchangeable, whatever their layers. */
  readonly layers: readonly { readonly id: string; readonly changes: Digest }[];
  /** Blobs that hold the tree's directories. */
  readonly packs: readonly Digest[];
  /** Seconds to which the mtimes of its files are clamped. */
  readonly sourceDateEpoch: number;
}

export function stateOutputs(state: RootfsState): Outputs {
  return { rootfs: state as unknown as CanonicalValue };
}

/** The state that a step left. Keys take its `tree` and never its layers. */
export function rootfsState(outputs: Outputs | undefined): RootfsState {
  return (outputs?.['rootfs'] ?? bug('the input is not a root file system')) as unknown as RootfsState;
}
