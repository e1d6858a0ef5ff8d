import type { AnyStep, Graph, StepId } from '../../graph/index.js';
import type { TimelineRun } from '../../store/index.js';

/** The chain of steps, each needing the one before, that took longest: with any number of slots no build is faster. */
export interface CriticalPath {
  /** The steps that were at work, first to last. */
  readonly steps: readonly StepId[];
  readonly durationMs: number;
}

interface Longest {
  readonly durationMs: number;
  /** The input through which it leads; absent where it begins. */
  readonly through?: StepId;
}

/**
 * Computed over the graph as it is now: steps of the build that it no longer has do not count. Steps that were not at
 * work connect those that were, and take no time.
 */
export function criticalPath(graph: Graph<AnyStep>, runs: readonly TimelineRun[]): CriticalPath {
  const took = new Map<string, number>(runs.map(({ step, startMs, endMs }) => [step, endMs - startMs]));
  const longest = new Map<StepId, Longest>();
  let last: StepId | undefined;
  for (const id of graph.steps.keys()) {
    const before = longestInput(Object.values(graph.inputs.get(id) ?? {}), longest);
    const durationMs = (took.get(id) ?? 0) + before.durationMs;
    longest.set(id, { ...before, durationMs });
    if (took.has(id) && durationMs >= durationUntil(last, longest)) last = id;
  }
  return {
    steps: wayTo(last, longest).filter((id) => took.has(id)),
    durationMs: durationUntil(last, longest),
  };
}

function longestInput(inputs: readonly StepId[], longest: ReadonlyMap<StepId, Longest>): Longest {
  let found: Longest = { durationMs: 0 };
  for (const input of inputs) {
    const durationMs = durationUntil(input, longest);
    if (durationMs > found.durationMs) found = { durationMs, through: input };
  }
  return found;
}

function durationUntil(id: StepId | undefined, longest: ReadonlyMap<StepId, Longest>): number {
  return id === undefined ? 0 : (longest.get(id)?.durationMs ?? 0);
}

function wayTo(last: StepId | undefined, longest: ReadonlyMap<StepId, Longest>): readonly StepId[] {
  const way: StepId[] = [];
  for (let id = last; id !== undefined; id = longest.get(id)?.through) way.push(id);
  return way.reverse();
}
