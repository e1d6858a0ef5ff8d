import type { Digest } from '../base/index.js';
import { type AnyStep, type Graph, type StepId, stepsInOrder } from '../graph/index.js';
import type { Failure, Reporter } from '../report/index.js';
import type { ActionCache, BlobStore, LastRuns, Outputs } from '../store/index.js';
import type { Executor } from './executor.js';
import { Scheduler } from './scheduler.js';
import { SharedRun } from './shared.js';

export interface BuildRequest<S extends AnyStep> {
  readonly graph: Graph<S>;
  readonly wanted: readonly StepId[];
  readonly executor: Executor<S>;
  readonly cache: ActionCache;
  /** Where logs are kept. */
  readonly blobs: BlobStore;
  readonly last: LastRuns;
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
  /** Given by a process that builds more than once. `jobs` is then that of the shared slots. */
  readonly shared?: SharedRun;
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

export interface RunningBuild {
  readonly ended: Promise<BuildOutcome>;
  /**
   * Another build takes its place: nothing new is started, running steps that are no longer wanted are stopped at
   * once, the others come to their end. Idempotent.
   */
  retire(isWanted: (step: StepId) => boolean): void;
}

/** What a scheduler is given: `retry` says damage of the store as a warning, since the build is tried once more. */
export type Attempt<S extends AnyStep> = BuildRequest<S> & {
  readonly onDamage: 'retry' | 'fail';
  readonly shared: SharedRun;
};

/** Brings the wanted steps up to date, running what has no usable result and nothing else. */
export function build<S extends AnyStep>(request: BuildRequest<S>): Promise<BuildOutcome> {
  return startBuild(request).ended;
}

/** The same, for a caller that may want something else before it has ended. */
export function startBuild<S extends AnyStep>(request: BuildRequest<S>): RunningBuild {
  const shared = request.shared ?? new SharedRun({ jobs: request.jobs });
  const steps = stepsInOrder(request.graph, request.wanted);
  let scheduler = new Scheduler({ ...request, shared, onDamage: 'retry' }, steps);
  let retired = false;
  const run = async (): Promise<BuildOutcome> => {
    const started = request.now();
    let outcomes = await scheduler.run();
    // A damaged entry of the store is a miss, but some damage shows only when a step reads what it was given. Whoever
    // finds it has disowned the entry, so a second pass makes it again.
    if (foundDamage(outcomes) && !retired) {
      scheduler = new Scheduler({ ...request, shared, onDamage: 'fail' }, steps);
      outcomes = await scheduler.run();
    }
    await request.last.save();
    return { steps: outcomes, durationMs: request.now() - started };
  };
  return {
    ended: run(),
    retire: (isWanted) => {
      retired = true;
      scheduler.retire(isWanted);
    },
  };
}

function foundDamage(outcomes: ReadonlyMap<StepId, StepOutcome>): boolean {
  return [...outcomes.values()].some(
    (outcome) => outcome.state === 'failed' && outcome.failure.kind === 'store-damaged',
  );
}
