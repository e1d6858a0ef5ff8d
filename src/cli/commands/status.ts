import { type Command, fail } from '../main.js';
import { openProject } from '../open-project.js';
import type { mkveCommands, OptionNames, ParsedOptions } from '../options/index.js';
import { chooseTargets, formatOf } from './build.js';
import { printPlan } from './print-plan.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.status.options>>;

/** `mkve status`: exit status 1 when a build would do something. */
export async function statusCommand(command: Command, options: Options): Promise<number> {
  const { streams } = command;
  const project = await openProject(command, options as ParsedOptions<'file' | 'jobs'>);
  if (!project.ok) return fail('mkve', project.error, streams);
  const { graph, session } = project.value;
  const chosen = chooseTargets(project.value.targets, options.operands);
  if (!chosen.ok) return fail('mkve', chosen.error, streams);
  try {
    const found = await printPlan({
      graph,
      session,
      targets: chosen.value,
      forced: new Set(),
      format: formatOf(options),
      streams,
    });
    return found === 'work' ? 1 : 0;
  } finally {
    await session.close();
  }
}
