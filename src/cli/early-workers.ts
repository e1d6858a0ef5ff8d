import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Result } from '../base/index.js';
import type { Failure } from '../report/index.js';
import { startWorkers, type WorkerPool } from '../workers/index.js';
import { DEFAULT_PATH, type Host, storeRoot } from './host.js';

/** Workers for a store of which nobody knows yet whether it will be the one. */
export interface EarlyWorkers {
  readonly storeRoot: string;
  readonly pool: Result<WorkerPool, Failure>;
  stop(): Promise<void>;
}

/**
 * Makes the namespaces of a worker while most of mkve is still being loaded, for the store that is used unless the mkvefile
 * names another.
 * @returns nothing where there is no such store yet
 */
export function startEarly(host: Host, jobs: number): EarlyWorkers | undefined {
  const root = storeRoot(host, undefined);
  if (!existsSync(join(root, 'version'))) return undefined;
  const path = host.env['PATH'] ?? DEFAULT_PATH;
  const pool = startWorkers({ caller: host.caller, storeRoot: root, node: host.node, jobs, path });
  if (pool.ok) pool.value.prepare();
  return {
    storeRoot: root,
    pool,
    stop: async () => {
      if (pool.ok) await pool.value.stop();
    },
  };
}
