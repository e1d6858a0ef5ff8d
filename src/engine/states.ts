import { bug } from '../base/index.js';
import type { AnyStep, Graph, StepId } from '../graph/index.js';

/**
 *   wanted ──inputs done──▶ ready ──dirty──▶ queued ──slot free──▶ running
 *     │                       │                │                     │
 *     ├─▶ skipped             ├─▶ done         ├─▶ done              ├─▶ done
 *     └─▶ cancelled           ├─▶ failed       ├─▶ failed            ├─▶ failed
 *                             └─▶ cancelled    └─▶ cancelled         └─▶ cancelled
 *
 * From `ready` or `queued` to `failed`: its key is known to fail, so it is not run again. From `queued` straight to `done`: an equal step or another process has brought the result meanwhile.
 */
export type StepState =
  | 'wanted'
  | 'ready'
  | 'queued'
  | 'running'
  | 'done'
  | 'failed'
  | 'skipped'
  | 'cancelled';

const NEXT: Readonly<Record<StepState, readonly StepState[]>> = {
  wanted: ['ready', 'skipped', 'cancelled'],
  ready: ['queued', 'done', 'failed', 'cancelled'],
  queued: ['running', 'done', 'failed', 'cancelled'],
  running: ['done', 'failed', 'cancelled'],
  done: [],
  failed: [],
  skipped: [],
  cancelled: [],
};

/** How the steps of one build fare. The graph itself is never written to. */
export class StepStates {
  readonly #states = new Map<StepId, StepState>();

  constructor(steps: readonly AnyStep[]) {
    for (const step of steps) this.#states.set(step.id, 'wanted');
  }

  get(id: StepId): StepState {
    return this.#states.get(id) ?? bug(`step ${id} is not part of this build`);
  }

  /** The one way a state changes. */
  transition(id: StepId, to: StepState): void {
    const from = this.get(id);
    if (!NEXT[from].includes(to)) bug(`step ${id} went from ${from} to ${to}`);
    this.#states.set(id, to);
  }

  isFinished(id: StepId): boolean {
    return NEXT[this.get(id)].length === 0;
  }
}

/** For every step, the steps of the same build that start from its result. */
export function dependentsOf<S extends AnyStep>(
  graph: Graph<S>,
  steps: readonly S[],
): ReadonlyMap<StepId, readonly S[]> {
  const dependents = new Map<StepId, S[]>(steps.map((step) => [step.id, []]));
  for (const step of steps) {
    for (const input of new Set(Object.values(graph.inputs.get(step.id) ?? {})))
      dependents.get(input)?.push(step);
  }
  return dependents;
}
