import { err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { spawnInside, type WorkerContext } from '../../rootfs/index.js';

/**
 * What `tar --list` says of an archive that was unpacked before; tar finds out how a file is compressed by itself.
 * @throws where tar fails all the same
 */
export async function listArchive(
  path: string,
  { options, onOutput }: { readonly options: readonly string[]; onOutput(chunk: Uint8Array): void },
  { signal }: WorkerContext,
): Promise<Result<void, Failure>> {
  const ended = await spawnInside({
    argv: ['tar', '--list', ...options, '--file', path],
    env: { LC_ALL: 'C' },
    onOutput,
    signal,
  });
  if (signal.aborted) return err({ kind: 'cancelled' });
  if (!('status' in ended) || ended.status !== 0) throw new Error(`tar could not list ${path}`);
  return ok(undefined);
}
