import { statfsSync } from 'node:fs';

import { err, ok, type Result } from '../base/index.js';
import { bytesOf } from '../mkvefile/index.js';
import type { Failure } from '../report/index.js';
import type { Host } from './host.js';

/** How large a store may grow. */
export interface StoreLimit {
  /** On the disk. */
  readonly bytes: number;
  readonly from: 'environment' | 'mkvefile' | 'disk';
}

/** Of the disk that the store is on, where nobody has said anything. */
const FRACTION = 1 / 10;

/**
 * `$MKVE_CACHE_SIZE`, the mkvefile's word, a tenth of the disk.
 * @param root the store, which exists
 */
export function storeLimit(
  host: Pick<Host, 'env'>,
  configured: number | undefined,
  root: string,
): Result<StoreLimit, Failure> {
  const own = host.env['MKVE_CACHE_SIZE'];
  if (own !== undefined && own !== '') {
    const bytes = bytesOf(own);
    if (bytes !== undefined) return ok({ bytes, from: 'environment' });
    const message = `MKVE_CACHE_SIZE holds '${own}': expected a size such as '20 GB', or a number of bytes`;
    return err({ kind: 'usage-wrong', message });
  }
  if (configured !== undefined) return ok({ bytes: configured, from: 'mkvefile' });
  const { bsize, blocks } = statfsSync(root);
  return ok({ bytes: Math.floor(bsize * blocks * FRACTION), from: 'disk' });
}
