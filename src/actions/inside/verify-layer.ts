import { type Digest, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { captureChanges, type WorkerContext } from '../../rootfs/index.js';
import { changesDigest } from '../../tree/index.js';

export interface VerifyLayerArgument {
  readonly id: string;
  readonly changes: Digest;
  readonly sourceDateEpoch: number;
}

/** Whether a layer still holds what it held when it was made. */
export async function verifyLayer(
  { id, changes, sourceDateEpoch }: VerifyLayerArgument,
  { store }: WorkerContext,
): Promise<Result<boolean, Failure>> {
  const found = await captureChanges(store.layers.pathOf(id), { sourceDateEpoch });
  return ok(changesDigest(found) === changes);
}
