import { explainDifference, plan } from '../../engine/index.js';
import { count } from '../../report/index.js';
import type { LastRun } from '../../store/index.js';
import { describeDifference } from '../describe-difference.js';
import { type Command, fail } from '../main.js';
import { openProject } from '../open-project.js';
import type { mkveCommands, OptionNames, ParsedOptions } from '../options/index.js';
import { formatOf } from './build.js';
import { chooseSteps } from './choose-steps.js';
import { reasonOf } from './print-plan.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.explain.options>>;

/** `mkve explain`: for each step why it would run, or why it ran the last time. */
export async function explainCommand(command: Command, options: Options): Promise<number> {
  const { streams } = command;
  const project = await openProject(command, options as ParsedOptions<'file' | 'jobs'>);
  if (!project.ok) return fail('mkve', project.error, streams);
  const { graph, session } = project.value;
  try {
    const steps = chooseSteps(project.value, options.operands);
    if (!steps.ok) return fail('mkve', steps.error, streams);
    const wanted = steps.value.map(({ id }) => id);
    const forced = new Set<never>();
    const planned = await plan({
      graph,
      wanted,
      executor: session.executor,
      cache: session.store.actions,
      forced,
    });
    for (const step of planned.filter((one) => wanted.includes(one.step.id))) {
      const { id } = step.step;
      const current = step.state === 'up-to-date';
      const reasons = current
        ? lastReasons(await session.last.get(id))
        : (await reasonOf({ session, forced }, step)).reasons;
      const differences =
        step.state === 'unknown' ? [] : await session.store.reproducibility.differences(step.key);
      if (formatOf(options) === 'json')
        streams.out(
          JSON.stringify({ type: 'explanation', step: id, state: step.state, reasons, differences }),
        );
      else
        streams.out(
          `${id}: ${current ? 'up to date; last ran for' : STATES[step.state]} ${[...reasons, ...irreproducible(differences)].join('; ')}`,
        );
    }
    return 0;
  } finally {
    await session.close();
  }
}

function irreproducible(differences: readonly string[]): readonly string[] {
  if (differences.length === 0) return [];
  return [
    `not reproducible: mkve check found ${count(differences.length, 'difference')}, such as ${differences[0]}`,
  ];
}

const STATES = { dirty: 'would run:', unknown: 'may run:', 'up-to-date': '' } as const;

function lastReasons(last: LastRun | undefined): readonly string[] {
  if (last?.previous === undefined) return ['the first build'];
  return explainDifference(last.previous.action, last.action).map(describeDifference);
}
