/**
 * Workers, seen from outside: entering a user namespace, processes that live there, and calling them. What they do there is
 * said elsewhere.
 */
export {
  BASH,
  becomeFirst,
  becomeRootOfNewNamespace,
  type Caller,
  closeDescriptorsAbove,
  enterNamespace,
  mountPoint,
  namespaceNeeds,
  type View,
  viewOf,
  type WorkerIdentity,
  workerIdentity,
} from './namespace.js';
export type { WorkerReply, WorkerRequest } from './protocol.js';
export { type OtherConditions, startWorkers } from './start-workers.js';
export { type CallOptions, Worker, type WorkerPlace, WorkerPool } from './worker-pool.js';
