/**
 * What the kinds of steps do: one file a kind, each saying how it is keyed, when its result is usable, and how it
 * runs. Files under `inside/` run in a worker, in a user namespace; the others run as the calling user.
 */
export { ActionExecutor } from './executor.js';
export type { ActionDeps } from './kind.js';
export { loadCommandRunner } from './load-command-runner.js';
export { nameInStore } from './outputs.js';
export { snapshotLists } from './snapshot-lists.js';
export { type OtherConditions, startWorkers } from './workers.js';
