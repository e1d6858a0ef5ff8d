import { assertNever } from '../../base/index.js';
import type { NodeState } from './view.js';

/** What a state is called wherever people read it. */
export function stateWord(state: NodeState): string {
  switch (state) {
    case 'up-to-date':
      return 'up to date';
    case 'dirty':
      return 'would run';
    case 'failed':
      return 'failed';
    case 'unknown':
      return 'may run';
    default:
      return assertNever(state);
  }
}

/** A step id in two parts: what the step is, and what it belongs to. */
export interface StepLabel {
  /** `01-root`, `base` */
  readonly title: string;
  /** `tiny/lxc`, `bookworm-amd64` */
  readonly of: string;
}

export function stepLabel(id: string): StepLabel {
  const at = id.indexOf(':');
  if (at === -1) return { title: id, of: '' };
  const [before, after] = [id.slice(0, at), id.slice(at + 1)];
  // Only names of targets have a slash before the colon.
  return before.includes('/') ? { title: after, of: before } : { title: before, of: after };
}
