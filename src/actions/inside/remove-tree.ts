import { join } from 'node:path';

import { err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { spawnInside, type WorkerContext } from '../../rootfs/index.js';

/** find(1): deletes what is in a directory. */
export function emptying(directory: string): readonly string[] {
  return ['find', directory, '-mindepth', '1', '-xdev', '-delete'];
}

/**
 * Empties a directory of the store whose files may belong to any user of the namespace, under names in any bytes:
 * only from in here, and not with Node's own rm, which takes names for UTF-8. The directory itself is the caller's.
 */
export async function removeTree(
  { path }: { readonly path: string },
  { store, output, signal }: WorkerContext,
): Promise<Result<void, Failure>> {
  const argv = emptying(join(store.root, path));
  const ended = await spawnInside({ argv, env: {}, onOutput: output, signal });
  if ('status' in ended && ended.status === 0) return ok(undefined);
  return err({
    kind: 'command-failed',
    what: 'emptying a staging directory',
    argv,
    ending: ended,
    lastLines: [],
  });
}
