import { type Command, fail } from '../main.js';
import type { OpenProject } from '../open-project.js';
import { openProject } from '../open-project.js';
import type { mkveCommands, OptionNames, ParsedOptions } from '../options/index.js';
import { formatOf } from './build.js';
import { chooseSteps } from './choose-steps.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.log.options>>;

/** `mkve log`: what steps wrote when they last ran, also when that was in a build long ago. */
export async function logCommand(command: Command, options: Options): Promise<number> {
  const { streams } = command;
  const project = await openProject(command, options as ParsedOptions<'file' | 'jobs'>);
  if (!project.ok) return fail('mkve', project.error, streams);
  try {
    const steps = chooseSteps(project.value, options.operands);
    if (!steps.ok) return fail('mkve', steps.error, streams);
    for (const { id } of steps.value) {
      const found = await logOf(project.value, id);
      if (formatOf(options) === 'json') streams.out(JSON.stringify({ type: 'log', step: id, ...found }));
      else streams.out(`== ${id}: ${found.state}\n${found.text}`.trimEnd());
    }
    return 0;
  } finally {
    await project.value.session.close();
  }
}

async function logOf({ session }: OpenProject, step: string) {
  const last = await session.last.get(step);
  if (last === undefined) return { state: 'never ran', text: '' };
  if (last.log === undefined) return { state: last.outcome, text: '' };
  const bytes = await session.store.blobs.get(last.log);
  if (bytes === undefined)
    return { state: `${last.outcome}, and its output is no longer in the store`, text: '' };
  return { state: last.outcome, text: bytes.toString('utf8') };
}
