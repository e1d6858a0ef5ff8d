import { jsonRecord } from '../../report/index.js';
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
      if (formatOf(options) === 'json') streams.out(jsonRecord({ type: 'log', step: id, ...found }));
      else streams.out(`== ${id}: ${inWords(found)}\n${found.text ?? ''}`.trimEnd());
    }
    return 0;
  } finally {
    await project.value.session.close();
  }
}

interface Log {
  readonly state: 'done' | 'failed' | 'never-ran';
  /** Absent when the store no longer has it. */
  readonly text?: string;
}

async function logOf({ session }: OpenProject, step: string): Promise<Log> {
  const last = await session.last.get(step);
  if (last === undefined) return { state: 'never-ran', text: '' };
  const { outcome: state, log } = last;
  if (log === undefined) return { state, text: '' };
  const bytes = await session.store.blobs.get(log);
  return bytes === undefined ? { state } : { state, text: bytes.toString('utf8') };
}

function inWords({ state, text }: Log): string {
  if (state === 'never-ran') return 'never ran';
  return text === undefined ? `${state}, and its output is no longer in the store` : state;
}
