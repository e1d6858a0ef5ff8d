import { err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import type { WorkerContext } from '../../rootfs/index.js';
import { commandFailure, runSandboxed, type Surroundings } from './command-in-sandbox.js';
import type { RunCommandArgument } from './run-command.js';
import { Stage } from './stage.js';
import { Tail } from './tail.js';

/** What the caller is asked, and where it can look around; it answers anything when it is done. */
export interface FailedCommand {
  readonly failure: Failure;
  /** /tmp is as the command left it, with its files. */
  readonly surroundings: Surroundings;
}

/**
 * Runs a command on a stage. When it fails the caller may come in before that is taken down.
 * @returns the directory with what the command changed
 */
export async function runVisited(
  request: RunCommandArgument,
  context: WorkerContext,
  workspace: string,
): Promise<Result<string, Failure>> {
  const stage = await Stage.open(request, workspace, context);
  try {
    const failure = await runOn(stage, request, context);
    if (failure === undefined) return ok(stage.mount.upper);
    await ask(stage, failure, context);
    return err(failure);
  } finally {
    await stage.close();
  }
}

async function runOn(
  stage: Stage,
  request: RunCommandArgument,
  context: WorkerContext,
): Promise<Failure | undefined> {
  const tail = new Tail();
  const { upper } = stage.mount;
  const outcome = await stage.use((surroundings) =>
    runSandboxed(request, { context, surroundings, tail, upper }),
  );
  if (context.signal.aborted) return { kind: 'cancelled' };
  return outcome.ok ? commandFailure(request, outcome.value, { tail, upper }) : outcome.error;
}

async function ask(stage: Stage, failure: Failure, context: WorkerContext): Promise<void> {
  if (failure.kind !== 'command-failed') return;
  const asked = await stage.use((surroundings) =>
    context.ask({ failure, surroundings } satisfies FailedCommand),
  );
  if (asked.ok || asked.error.kind !== 'rootfs-unusable') return;
  await context.output(Buffer.from(`mkve: no shell can be opened here: ${asked.error.detail}\n`));
}
