import { ok, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';
import type { RootfsState } from '../rootfs/index.js';
import type { ReadFilesArgument, WantedFile } from './inside/read-files.js';
import type { ActionDeps } from './kind.js';
import { nameInStore } from './outputs.js';

export type { WantedFile };

/** The contents of files of a state, in the order asked for; read by a worker, and only when there are any. */
export async function readFiles(
  request: {
    readonly state: RootfsState;
    readonly files: readonly WantedFile[];
    readonly signal: AbortSignal;
  },
  { store, workers, writer }: ActionDeps,
): Promise<Result<readonly Uint8Array[], Failure>> {
  const { state, files, signal } = request;
  if (files.length === 0) return ok([]);
  const staging = await store.staging.create('read');
  try {
    const workspace = nameInStore(store, await store.staging.createInside(staging, writer));
    const argument: ReadFilesArgument = { state, workspace, files };
    const options = { output: () => undefined, signal };
    return (await workers.call('read-files', argument, options)) as Result<readonly Uint8Array[], Failure>;
  } finally {
    await store.staging.remove(staging);
  }
}
