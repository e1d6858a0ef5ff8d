import { err, ok, type Result } from '../base/index.js';
import { type PlannedStep, plan, type StepOutcome } from '../engine/index.js';
import type { Step, StepId } from '../graph/index.js';
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
  const known = resultsOf(wanted, (id) => outputsIn(planned, id));
  if (known !== undefined) return ok(known);
  const run = { ...project, graph, wanted, forced, targets: [], onFailure: 'stop' } as const;
  const more = { signal: command.signal, now: command.host.now };
  const outcome = await withReporter(
    reportingThere(request),
    request.reporting,
    (reporter) => startRun({ ...run, ...more, reporter }).ended,
  );
  if (!outcome.ok) return err(fail('mkve', outcome.error, command.streams));
  const { steps } = outcome.value;
  const made = resultsOf(wanted, (id) => outputsOf(steps.get(id)));
  return made === undefined ? err(statusOf(outcome.value)) : ok(made);
}

/** Nothing where one of them has no result. */
function resultsOf(
  wanted: readonly StepId[],
  outputs: (id: StepId) => Outputs | undefined,
): ReadonlyMap<StepId, Outputs> | undefined {
  const results = new Map<StepId, Outputs>();
  for (const id of wanted) {
    const found = outputs(id);
    if (found === undefined) return undefined;
    results.set(id, found);
  }
  return results;
}

function outputsIn(planned: readonly PlannedStep<Step>[], id: StepId): Outputs | undefined {
  const found = planned.find(({ step }) => step.id === id);
  return found?.state === 'up-to-date' ? found.outputs : undefined;
}

function outputsOf(outcome: StepOutcome | undefined): Outputs | undefined {
  return outcome?.state === 'done' ? outcome.outputs : undefined;
}

function reportingThere({ command, told }: Request): Command {
  if (told === 'as a build') return command;
  const { streams } = command;
  const { err: toErr } = streams.reporters;
  return { ...command, streams: { ...streams, reporters: { out: toErr, err: toErr } } };
}
