import { ok, type Result } from '../base/index.js';
import type { RunContext } from '../engine/index.js';
import type { Failure } from '../report/index.js';
import { type RootfsState, stateOutputs } from '../rootfs/index.js';
import type { Outputs } from '../store/index.js';
import type { RunCommandArgument } from './inside/run-command.js';
import type { ActionDeps } from './kind.js';
import { nameInStore } from './outputs.js';

/** Runs a command on a state in a worker's sandbox; the outputs are the state that it left. */
export async function runInside(
  request: Omit<RunCommandArgument, 'workspace'>,
  context: RunContext,
  { store, workers, writer }: ActionDeps,
): Promise<Result<Outputs, Failure>> {
  const staging = await store.staging.create('run');
  try {
    const workspace = nameInStore(store, await store.staging.createInside(staging, writer));
    const argument: RunCommandArgument = { ...request, workspace };
    const ran = (await workers.call('run-command', argument, context)) as Result<RootfsState, Failure>;
    return ran.ok ? ok(stateOutputs(ran.value)) : ran;
  } finally {
    await store.staging.remove(staging);
  }
}
