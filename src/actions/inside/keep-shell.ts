import { join } from 'node:path';

import { ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { keepLayer, type RootfsState, type WorkerContext } from '../../rootfs/index.js';
import { nameServers } from './name-servers.js';
import { removeTree } from './remove-tree.js';

export interface KeepShellArgument {
  readonly state: RootfsState;
  /** What the shell wrote to, and all that was made for it; relative to the store. */
  readonly upper: string;
  readonly workspace: string;
  /** What was at /etc/resolv.conf, where the name servers of the host were mounted. */
  readonly resolvConf: 'file' | 'absent' | 'other' | undefined;
}

/**
 * Makes a layer of what a shell wrote.
 * @returns the state with the changes: its last layer is nobody's
 */
export async function keepShell(
  request: KeepShellArgument,
  context: WorkerContext,
): Promise<Result<RootfsState, Failure>> {
  const { state, resolvConf, workspace } = request;
  const upper = join(context.store.root, request.upper);
  try {
    if (resolvConf !== undefined) await nameServers(resolvConf, upper).tidy();
    return ok(await keepLayer(context, upper, { state, sourceDateEpoch: state.sourceDateEpoch }));
  } finally {
    await removeTree({ path: workspace }, { ...context, signal: new AbortController().signal });
  }
}
