import { fileURLToPath } from 'node:url';

import { err, ok, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';
import type { Caller } from './caller.js';
import { enterNamespace, viewOf } from './namespace.js';
import { Worker, WorkerPool } from './worker-pool.js';

/** The directory of this installation of mkve. */
const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORKER = 'dist/actions/worker.js';

/**
 * mallopt(3), in bytes: buffers of megabytes are taken from memory that was used before and not given back to the kernel
 * at every turn, since touching a fresh page costs more than what is done with it.
 */
const KEEP_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(64 * 1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(128 * 1024 * 1024),
};

interface WorkerSettings {
  readonly caller: Caller;
  readonly storeRoot: string;
  /** Path of the node program. */
  readonly node: string;
  readonly jobs: number;
  readonly path: string;
  /** Absent: the usual ones. */
  readonly conditions?: OtherConditions;
}

/** What should make no difference, otherwise than usual: to find out whether it does. */
export interface OtherConditions {
  /** A directory relative to the store, for segments of their own: nothing packed before is used. */
  readonly segments: string;
}

/** One processor: programs see it, and what is done at once elsewhere is done in another order. */
const OTHERWISE = ['taskset', '--cpu-list', '0'];

/** A pool whose workers start with the first call. */
export function startWorkers(settings: WorkerSettings): Result<WorkerPool, Failure> {
  const { caller, storeRoot, node, jobs } = settings;
  const view = viewOf(caller, { node, mkve: PACKAGE_ROOT, store: storeRoot });
  const { seen } = view;
  const program = [seen.node, `${seen.mkve}/${WORKER}`, seen.store];
  const { conditions } = settings;
  const command = conditions === undefined ? program : [...OTHERWISE, ...program, conditions.segments];
  const entry = enterNamespace(caller, view, command);
  if (!entry.ok) return err({ kind: 'host-lacks', needs: entry.error });
  const env = {
    PATH: settings.path,
    LC_ALL: 'C.UTF-8',
    UV_THREADPOOL_SIZE: String(Math.max(4, jobs)),
    ...KEEP_MEMORY,
  };
  const worker = { argv: entry.value.argv, env, store: seen.store };
  return ok(new WorkerPool(jobs, () => new Worker(worker)));
}
