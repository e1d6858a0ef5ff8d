import { join } from 'node:path';

import { ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { keepLayer, type RootfsState, type WorkerContext } from '../../rootfs/index.js';
import { nameServers } from './name-servers.js';
import { removeTree } from './remove-tree.js';

export interface CloseShellArgument {
  readonly state: RootfsState;
  /** What the shell wrote to, and all that was made for it; relative to the store. */
  readonly upper: string;
  readonly workspace: string;
  /** What was at /etc/resolv.conf, where the name servers of the host were mounted. */
  readonly resolvConf: 'file' | 'absent' | 'other' | undefined;
  readonly changes: 'discarded' | 'kept';
}

/**
 * Throws away what a shell wrote, or makes a layer of it.
 * @returns the state with the changes, where they are kept: its last layer is nobody's
 */
export async function closeShell(
  request: CloseShellArgument,
  context: WorkerContext,
): Promise<Result<RootfsState, Failure>> {
  const { state, changes, resolvConf, workspace } = request;
  const upper = join(context.store.root, request.upper);
  try {
    if (changes === 'discarded') return ok(state);
    if (resolvConf !== undefined) await nameServers(resolvConf, upper).tidy();
    return ok(await keepLayer(context, upper, { state, sourceDateEpoch: state.sourceDateEpoch }));
  } finally {
    await removeTree({ path: workspace }, { ...context, signal: new AbortController().signal });
  }
}
