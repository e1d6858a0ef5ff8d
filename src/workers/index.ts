/**
 * Workers, seen from outside: entering a user namespace, processes that live there, and calling them. What they do there is
 * said elsewhere. This door loads little, since a worker takes longest of all to be ready and is started first.
 */
export {
  type Caller,
  enterNamespace,
  namespaceNeeds,
  type View,
  viewOf,
  type WorkerIdentity,
  workerIdentity,
} from './namespace.js';
export type { WorkerReply, WorkerRequest } from './protocol.js';
export { type OtherConditions, startWorkers } from './start-workers.js';
export { type CallOptions, Worker, type WorkerPlace, WorkerPool } from './worker-pool.js';
