import { snapshotLists } from '../../actions/index.js';
import { err, ok, type Result } from '../../base/index.js';
import { type Graph, type Step, stepsInOrder } from '../../graph/index.js';
import { applyLock } from '../../lock/index.js';
import type { Failure, Reporter } from '../../report/index.js';
import { type Command, fail } from '../main.js';
import { type OpenProject, openProject } from '../open-project.js';
import type { mkveCommands, OptionNames, ParsedOptions } from '../options/index.js';
import { reportingOf, withReporter } from '../reporters.js';
import { startRun, statusOf } from '../run-build.js';
import { chooseUpdate, type UpdateChoice } from '../update-choice.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.update.options>>;

/** `mkve update`: resolves anew what the operands name, and writes the lock if all of it could be resolved. */
export async function updateCommand(command: Command, options: Options): Promise<number> {
  const { streams } = command;
  const project = await openProject(command, options as ParsedOptions<'file' | 'jobs'>);
  if (!project.ok) return fail('mkve', project.error, streams);
  const { session, lock } = project.value;
  try {
    const choice = chooseUpdate(
      { graph: lock.free, targets: project.value.targets },
      lock.lock,
      options.operands,
    );
    if (!choice.ok) return fail('mkve', choice.error, streams);
    const graph = await graphOf(project.value, choice.value);
    if (!graph.ok) return fail('mkve', graph.error, streams);
    const { wanted } = choice.value;
    const updated = await withReporter(command, reportingOf(options), (reporter) =>
      update(project.value, { command, graph: graph.value, wanted, reporter }),
    );
    return updated.ok ? updated.value : fail('mkve', updated.error, streams);
  } finally {
    await session.close();
  }
}

/** What must not move is told to apt as it was, which takes the lists of the snapshot it comes from. */
async function graphOf(
  { session, lock }: OpenProject,
  { policy }: UpdateChoice,
): Promise<Result<Graph<Step>, Failure>> {
  const graph = applyLock(lock.free, lock.lock, policy);
  for (const step of graph.steps.values()) {
    if (step.kind !== 'resolve' || step.pinned === undefined) continue;
    if ((await snapshotLists(step.pinned.snapshot, session.store.blobs)) === undefined)
      return err(listsGone(lock.file));
  }
  return ok(graph);
}

function listsGone(file: string): Failure {
  const message = `the store does not have the package lists that ${file} was resolved from, without which nothing can be held back`;
  return { kind: 'usage-wrong', message, hint: 'mkve update alone moves everything' };
}

async function update(
  { session, lock, jobs }: OpenProject,
  at: {
    readonly command: Command;
    readonly graph: Graph<Step>;
    readonly wanted: UpdateChoice['wanted'];
    readonly reporter: Reporter;
  },
): Promise<number> {
  const { command, graph, wanted, reporter } = at;
  const snapshots = stepsInOrder(graph, wanted).filter(({ kind }) => kind === 'snapshot');
  const run = startRun({
    ...{ graph, targets: [], wanted, session, reporter, jobs },
    onFailure: 'stop',
    forced: new Set(snapshots.map(({ id }) => id)),
    signal: command.signal,
    now: command.host.now,
  });
  const outcome = await run.ended;
  const status = statusOf(outcome);
  if (status !== 0) return status;
  const fault = await lock.record(outcome, reporter, 'update');
  return fault === undefined ? 0 : fail('mkve', fault, command.streams);
}
