import { chown } from 'node:fs/promises';
import { join } from 'node:path';

import { ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import type { WorkerContext } from '../../rootfs/index.js';

export interface SetOwnerArgument {
  /** Relative to the store, and nothing of a root file system. */
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
}

/** Gives a path to a user of the namespace, for a caller who may not. */
export async function setOwner(
  { path, uid, gid }: SetOwnerArgument,
  { store }: WorkerContext,
): Promise<Result<void, Failure>> {
  await chown(join(store.root, path), uid, gid);
  return ok(undefined);
}
