/**
 * Runs any graph: gives each step its action key, looks the key up, runs what has no result yet. It never hears of
 * packages, tar or hypervisors; those are the executor's. Its behaviour depends on the graph, the store and the
 * executor's answers only.
 */
export { type Action, actionKey } from './action.js';
export {
  type BuildOutcome,
  type BuildRequest,
  build,
  type RunningBuild,
  type StepOutcome,
  startBuild,
} from './build.js';
export type { Executor, InputName, RunContext } from './executor.js';
export { explainDifference } from './explain.js';
export { FailureMemory } from './failure-memory.js';
export { type PlannedStep, plan } from './plan.js';
export { SharedRun } from './shared.js';
export { namedDifferences, whyDirty } from './why.js';
