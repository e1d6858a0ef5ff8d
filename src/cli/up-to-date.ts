import { type Digest, err, ok, type Result } from '../base/index.js';
import { build, plan } from '../engine/index.js';
import type { StepId } from '../graph/index.js';
import type { Outputs } from '../store/index.js';
import { type Command, fail } from './main.js';
import type { OpenProject } from './open-project.js';
import { type reportingOf, withReporter } from './reporters.js';
import { startRun, statusOf } from './run-build.js';

interface Request {
  readonly command: Command;
  readonly project: OpenProject;
  readonly wanted: readonly StepId[];
  readonly reporting: ReturnType<typeof reportingOf>;
  /** Whether standard output is for something else. */
  readonly told: 'as a build' | 'on standard error';
}

/**
 * The results of steps, for commands that look into them. What is not up to date is run first, and told of as by a build;
 * otherwise nothing is said. The error is the exit status; what went wrong has been said.
 */
export async function bringUpToDate(request: Request): Promise<Result<ReadonlyMap<StepId, Outputs>, number>> {
  const { command, project, wanted } = request;
  const { session, lock } = project;
  const { store, executor } = session;
  const graph = await lock.graphFor(wanted, store.blobs, 'keep');
  const forced = new Set<StepId>();
  const planned = await plan({ graph, wanted, executor, cache: store.actions, forced });
  const isCurrent = planned.every(({ state }) => state === 'up-to-date');
  const common = { ...project, graph, wanted, forced, targets: [], onFailure: 'stop' } as const;
  const more = { signal: command.signal, now: command.host.now };
  const silent = { report: () => undefined };
  const outcome = isCurrent
    ? ok(await build({ ...common, ...more, ...stores(project), reporter: silent }))
    : await withReporter(
        reportingThere(request),
        request.reporting,
        (reporter) => startRun({ ...common, ...more, reporter }).ended,
      );
  if (!outcome.ok) return err(fail('mkve', outcome.error, command.streams));
  const outputs = new Map<StepId, Outputs>();
  for (const id of wanted) {
    const step = outcome.value.steps.get(id);
    if (step?.state !== 'done') return err(statusOf(outcome.value));
    outputs.set(id, step.outputs);
  }
  return ok(outputs);
}

function stores({ session }: OpenProject) {
  const { store, executor, last } = session;
  return {
    executor,
    cache: store.actions,
    blobs: store.blobs,
    last,
    logPath: (log: Digest) => store.blobs.pathOf(log),
  };
}

function reportingThere({ command, told }: Request): Command {
  if (told === 'as a build') return command;
  const { streams } = command;
  const { err: toErr } = streams.reporters;
  return { ...command, streams: { ...streams, reporters: { out: toErr, err: toErr } } };
}
