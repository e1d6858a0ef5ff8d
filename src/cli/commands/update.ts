import { stepsInOrder } from '../../graph/index.js';
import { type Command, fail } from '../main.js';
import { openProject } from '../open-project.js';
import { has, type mkveCommands, type OptionNames, type ParsedOptions } from '../options/index.js';
import { openReporter, verbosityOf } from '../reporters.js';
import { runBuild } from '../run-build.js';
import { chooseTargets, formatOf } from './build.js';

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
    const verbosity = verbosityOf({ verbose: has(options, 'verbose'), quiet: has(options, 'quiet') });
    const opened = openReporter({ streams, format: formatOf(options), verbosity });
    if (!opened.ok) return fail('mkve', opened.error, streams);
    const { reporter } = opened.value;
    const forced = new Set(snapshots);
    const request = {
      graph,
      targets: [],
      wanted: snapshots,
      session,
      reporter,
      jobs,
      forced,
      signal,
      now: host.now,
    };
    return await runBuild({ ...request, onFailure: 'stop' });
  } finally {
    await session.close();
  }
}
