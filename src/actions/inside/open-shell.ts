import { join } from 'node:path';

import { err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { keepLayer, type RootfsState, type WorkerContext } from '../../rootfs/index.js';
import type { Surroundings } from './command-in-sandbox.js';
import { removeTree } from './remove-tree.js';
import { Stage } from './stage.js';

export interface OpenShellArgument {
  readonly state: RootfsState;
  /** A private empty directory, relative to the store. */
  readonly workspace: string;
  readonly network: 'none' | 'host';
  readonly changes: 'discarded' | 'kept';
}

/** What the caller is asked: to run a command there, and to answer when it has ended. */
export interface OpenedShell {
  readonly surroundings: Surroundings;
}

/**
 * Lends a state on a throw-away layer to the caller.
 * @returns the state with the changes, where they are kept: its last layer is nobody's
 */
export async function openShell(
  request: OpenShellArgument,
  context: WorkerContext,
): Promise<Result<RootfsState, Failure>> {
  const { state } = request;
  const workspace = join(context.store.root, request.workspace);
  try {
    const stage = await Stage.open({ ...request, tmp: 'fresh' }, workspace, context);
    try {
      const asked = await stage.use((surroundings) => context.ask({ surroundings } satisfies OpenedShell));
      if (!asked.ok) return asked;
    } finally {
      await stage.close();
    }
    if (context.signal.aborted) return err({ kind: 'cancelled' });
    if (request.changes === 'discarded') return ok(state);
    const { upper } = stage.mount;
    return ok(await keepLayer(context, upper, { state, sourceDateEpoch: state.sourceDateEpoch }));
  } finally {
    await removeTree({ path: request.workspace }, { ...context, signal: new AbortController().signal });
  }
}
