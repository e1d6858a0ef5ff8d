import { ok, type Result } from '../base/index.js';
import type { RunContext } from '../engine/index.js';
import type { StepId } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import { type RootfsState, stateOutputs } from '../rootfs/index.js';
import type { Outputs } from '../store/index.js';
import type { WorkerPlace } from '../workers/index.js';
import { attachThere } from './attach-there.js';
import type { RunCommandArgument } from './inside/run-command.js';
import type { FailedCommand } from './inside/run-visited.js';
import type { ActionDeps } from './kind.js';
import { nameInStore } from './outputs.js';

/** For which step a command runs. */
interface Running {
  readonly step: StepId;
  readonly context: RunContext;
}

/** Runs a command on a state in a worker's sandbox; the outputs are the state that it left. */
export async function runInside(
  request: Omit<RunCommandArgument, 'workspace' | 'limits' | 'onFailure'>,
  running: Running,
  deps: ActionDeps,
): Promise<Result<Outputs, Failure>> {
  const { store, writer } = deps;
  const staging = await store.staging.create('run');
  try {
    const workspace = nameInStore(store, await store.staging.createInside(staging, writer));
    return await runInWorker({ ...request, workspace }, running, deps);
  } finally {
    await store.staging.remove(staging);
  }
}

/** The same, for whoever has prepared the workspace. */
export async function runInWorker(
  request: Omit<RunCommandArgument, 'limits' | 'onFailure'>,
  running: Running,
  deps: ActionDeps,
): Promise<Result<Outputs, Failure>> {
  const { workers, visitFailure, limits } = deps;
  const argument = { ...request, limits };
  const call = async (request: RunCommandArgument, more: { readonly answer?: Answer }) =>
    (await workers.call('run-command', request, { ...running.context, ...more })) as Result<
      RootfsState,
      Failure
    >;
  const ran =
    visitFailure === undefined
      ? await call(argument, {})
      : await call({ ...argument, onFailure: 'ask' }, { answer: visiting(argument, running, deps) });
  return ran.ok ? ok(stateOutputs(ran.value)) : ran;
}

type Answer = (question: unknown, worker: WorkerPlace) => Promise<void>;

/** The files of the command are still where it found them, so none are put there again. */
function visiting(
  { argv, env }: Pick<RunCommandArgument, 'argv' | 'env'>,
  { step, context: { signal } }: Running,
  deps: ActionDeps,
): Answer {
  return async (question, worker) => {
    const { failure, surroundings } = question as FailedCommand;
    await deps.visitFailure?.({
      step,
      failure,
      argv,
      open: (attachment) => {
        const namespaces = { kind: 'worker', worker } as const;
        return attachThere({ surroundings, namespaces, env, files: [], attachment, signal }, deps);
      },
    });
  };
}
