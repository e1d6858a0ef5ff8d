import { fileURLToPath } from 'node:url';

import { err, ok, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';
import { type Caller, enterNamespace, viewOf, Worker, WorkerPool } from '../rootfs/index.js';

/** The directory of this installation of mkve. */
const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORKER = 'dist/actions/inside/worker.js';

interface WorkerSettings {
  readonly caller: Caller;
  readonly storeRoot: string;
  /** Path of the node program. */
  readonly node: string;
  readonly jobs: number;
  readonly path: string;
}

/** A pool whose workers start with the first call. */
export function startWorkers(settings: WorkerSettings): Result<WorkerPool, Failure> {
  const { caller, storeRoot, node, jobs } = settings;
  const view = viewOf(caller, { node, mkve: PACKAGE_ROOT, store: storeRoot });
  const { seen } = view;
  const entry = enterNamespace(caller, view, [seen.node, `${seen.mkve}/${WORKER}`, seen.store]);
  if (!entry.ok) return err({ kind: 'host-lacks', needs: entry.error });
  const env = { PATH: settings.path, LC_ALL: 'C.UTF-8', UV_THREADPOOL_SIZE: String(Math.max(4, jobs)) };
  return ok(new WorkerPool(jobs, () => new Worker(entry.value.argv, env)));
}
