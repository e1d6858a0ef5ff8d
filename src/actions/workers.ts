import { fileURLToPath } from 'node:url';

import { err, ok, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';
import { type Caller, enterNamespace, VISIBLE_ROOT, Worker, WorkerPool } from '../rootfs/index.js';

/** The directory of this installation of mkve. */
const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WORKER = 'dist/actions/inside/worker.js';

interface WorkerSettings {
  readonly caller: Caller;
  readonly storeRoot: string;
  /** Path of the node program. */
  readonly node: string;
  readonly jobs: number;
  readonly path: string;
}

/**
 * A pool whose workers start with the first call. Root's workers are nobody on the host and could not enter places
 * such as /root, so what they need is shown to them elsewhere.
 */
export function startWorkers(settings: WorkerSettings): Result<WorkerPool, Failure> {
  const { caller, storeRoot, node, jobs } = settings;
  const seen =
    caller.uid === 0
      ? { node: `${VISIBLE_ROOT}/node`, root: `${VISIBLE_ROOT}/mkve/`, store: `${VISIBLE_ROOT}/store` }
      : { node, root: PACKAGE_ROOT, store: storeRoot };
  const visible = [
    { source: node, target: seen.node },
    { source: PACKAGE_ROOT, target: seen.root.replace(/\/$/, '') },
    { source: storeRoot, target: seen.store },
  ];
  const entry = enterNamespace(caller, visible, [seen.node, `${seen.root}${WORKER}`, seen.store]);
  if (!entry.ok) return err({ kind: 'host-lacks', needs: entry.error });
  const env = { PATH: settings.path, LC_ALL: 'C.UTF-8', UV_THREADPOOL_SIZE: String(Math.max(4, jobs)) };
  return ok(new WorkerPool(jobs, () => new Worker(entry.value.argv, env)));
}
