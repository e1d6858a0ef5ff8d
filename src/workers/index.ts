/**
 * Workers, seen from outside: entering a user namespace, processes that live there, and calling them. What they do there is
 * said elsewhere.
 */
export { type Caller, RANGE_LENGTH } from './caller.js';
export {
  BASH,
  becomeFirst,
  becomeRootOfNewNamespace,
  closeDescriptorsAbove,
  enterNamespace,
  mountPoint,
  type View,
  viewOf,
  type WorkerIdentity,
  workerIdentity,
} from './namespace.js';
export type { WorkerReply, WorkerRequest } from './protocol.js';
export { type OtherConditions, startWorkers } from './start-workers.js';
export { namespaceNeeds, subordinateRanges } from './subordinate-ids.js';
export { type CallOptions, Worker, type WorkerPlace, WorkerPool } from './worker-pool.js';
