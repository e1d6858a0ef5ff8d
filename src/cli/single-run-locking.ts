import { err, ok, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';

/** What one run without an mkvefile does about the packages of the run before it. */
export interface SingleRunLocking {
  /** `keep`: the same packages. `require`: the same packages, or a failure. `update`: those of today. */
  readonly packages: 'keep' | 'require' | 'update';
  readonly network: 'allowed' | 'offline';
}

/** @param has whether an option is given */
export function readLocking(
  has: (option: 'locked' | 'offline' | 'update') => boolean,
): Result<SingleRunLocking, Failure> {
  const other = (['locked', 'offline'] as const).find(has);
  if (has('update') && other !== undefined) {
    const message = `update and ${other} exclude each other`;
    return err({ kind: 'usage-wrong', message, hint: 'leave one of them out' });
  }
  const network = has('offline') ? 'offline' : 'allowed';
  if (has('update')) return ok({ packages: 'update', network });
  return ok({ packages: has('locked') ? 'require' : 'keep', network });
}
