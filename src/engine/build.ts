import type { Digest } from '../base/index.js';
import { type AnyStep, type Graph, type StepId, stepsInOrder } from '../graph/index.js';
import type { Failure, Reporter } from '../report/index.js';
import type { ActionCache, BlobStore, LastRuns, Outputs } from '../store/index.js';
import type { Executor } from './executor.js';
import { Scheduler } from './scheduler.js';

export interface BuildRequest<S extends AnyStep> {
  readonly graph: Graph<S>;
  readonly wanted: readonly StepId[];
  readonly executor: Executor<S>;
  readonly cache: ActionCache;
  /** Where logs are kept. */
  readonly blobs: BlobStore;
  readonly last: Pick<LastRuns, 'set' | 'save'>;
  readonly reporter: Reporter;
  readonly jobs: number;
  /** `stop`: nothing new is started after the first failure. `keep-going`: whatever does not need it is. */
  readonly onFailure: 'stop' | 'keep-going';
  /** Steps whose cached results do not count this time. */
  readonly forced: ReadonlySet<StepId>;
  readonly signal: AbortSignal;
  /** Milliseconds, for durations. */
  readonly now: () => number;
  /** Where a person finds the log with this digest. */
  readonly logPath: (log: Digest) => string;
}

export type StepOutcome =
  | {
      readonly state: 'done';
      readonly how: 'ran' | 'cached' | 'restored';
      readonly outputs: Outputs;
      readonly durationMs: number;
    }
  | { readonly state: 'failed'; readonly failure: Failure }
  | { readonly state: 'skipped' | 'cancelled' };

export interface BuildOutcome {
  readonly steps: ReadonlyMap<StepId, StepOutcome>;
  readonly durationMs: number;
}

/** What a scheduler is given: `retry` says damage of the store as a warning, since the build is tried once more. */
export type Attempt<S extends AnyStep> = BuildRequest<S> & { readonly onDamage: 'retry' | 'fail' };

/**
 * Brings the wanted steps up to date, running what has no usable result and nothing else. A damaged entry of the store
 * is a miss, but some damage shows only when a step reads what it was given: whoever finds it has disowned the entry, so
 * a second pass makes it again.
 */
export async function build<S extends AnyStep>(request: BuildRequest<S>): Promise<BuildOutcome> {
  const started = request.now();
  const steps = stepsInOrder(request.graph, request.wanted);
  const first = await new Scheduler({ ...request, onDamage: 'retry' }, steps).run();
  const outcomes = foundDamage(first)
    ? await new Scheduler({ ...request, onDamage: 'fail' }, steps).run()
    : first;
  await request.last.save();
  return { steps: outcomes, durationMs: request.now() - started };
}

function foundDamage(outcomes: ReadonlyMap<StepId, StepOutcome>): boolean {
  return [...outcomes.values()].some(
    (outcome) => outcome.state === 'failed' && outcome.failure.kind === 'store-damaged',
  );
}
