import { stepsInOrder } from '../../graph/index.js';
import { type Command, fail } from '../main.js';
import { openProject } from '../open-project.js';
import type { mkveCommands, OptionNames, ParsedOptions } from '../options/index.js';
import { reportingOf, withReporter } from '../reporters.js';
import { runBuild } from '../run-build.js';
import { chooseTargets } from './build.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.update.options>>;

/** `mkve update`: takes a new snapshot of the repositories; the next build works from it. */
export async function updateCommand(command: Command, options: Options): Promise<number> {
  const { streams, signal, host } = command;
  const project = await openProject(command, options as ParsedOptions<'file' | 'jobs'>);
  if (!project.ok) return fail('mkve', project.error, streams);
  const { graph, session, jobs } = project.value;
  try {
    const chosen = chooseTargets(project.value.targets, options.operands);
    if (!chosen.ok) return fail('mkve', chosen.error, streams);
    const needed = stepsInOrder(
      graph,
      chosen.value.map(({ step }) => step),
    );
    const snapshots = needed.filter(({ kind }) => kind === 'snapshot').map(({ id }) => id);
    const forced = new Set(snapshots);
    const request = {
      graph,
      targets: [],
      wanted: snapshots,
      session,
      jobs,
      forced,
      signal,
      now: host.now,
    };
    const updated = await withReporter(command, reportingOf(options), (reporter) =>
      runBuild({ ...request, reporter, onFailure: 'stop' }),
    );
    return updated.ok ? updated.value : fail('mkve', updated.error, streams);
  } finally {
    await session.close();
  }
}
