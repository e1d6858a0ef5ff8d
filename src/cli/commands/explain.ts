import { namedDifferences, type PlannedStep, plan } from '../../engine/index.js';
import type { Step } from '../../graph/index.js';
import { count, describeWhy, jsonRecord, type Why } from '../../report/index.js';
import type { LastRun } from '../../store/index.js';
import { type Command, fail } from '../main.js';
import { openProject } from '../open-project.js';
import type { mkveCommands, OptionNames, ParsedOptions } from '../options/index.js';
import type { Session } from '../session.js';
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
    const planned = await plan({
      graph,
      wanted,
      executor: session.executor,
      cache: session.store.actions,
      forced: new Set(),
    });
    for (const step of planned.filter((one) => wanted.includes(one.step.id))) {
      const explanation = await explain(session, step);
      if (formatOf(options) === 'json') streams.out(jsonRecord(jsonOf(step, explanation)));
      else
        streams.out(
          `${step.step.id}: ${explanation.headline}${[...explanation.reasons, ...verdict(explanation)].join('; ')}`,
        );
    }
    return 0;
  } finally {
    await session.close();
  }
}

interface Explanation {
  /** What the reasons are reasons for. */
  readonly headline: string;
  readonly reasons: readonly string[];
  readonly why?: Why;
  readonly cutoff?: readonly string[];
  /** What `mkve check` found to differ between two runs. */
  readonly irreproducible: readonly string[];
}

async function explain(session: Session, planned: PlannedStep<Step>): Promise<Explanation> {
  const irreproducible =
    planned.state === 'unknown' ? [] : await session.store.reproducibility.differences(planned.key);
  if (planned.state !== 'up-to-date') {
    const headline = planned.state === 'dirty' ? 'would run: ' : 'may run: ';
    return { headline, irreproducible, ...(await reasonOf({ session, forced: new Set() }, planned)) };
  }
  if (planned.from === 'given')
    return { headline: 'up to date, as the lock has it', reasons: [], irreproducible };
  const last = await session.last.get(planned.step.id);
  const why = lastWhy(session, planned.step, last);
  const cutoff = last?.cutoff;
  const spared =
    cutoff === undefined ? '' : ` (early cutoff: ${cutoff.join(', ')} ran and left what it had left before)`;
  return {
    headline: `up to date${spared}; last ran for `,
    reasons: [describeWhy(why, planned.step.kind)],
    why,
    irreproducible,
    ...(cutoff === undefined ? {} : { cutoff }),
  };
}

/** Why it last ran. What it was a cascade of is no longer known. */
function lastWhy({ executor }: Session, step: Step, last: LastRun | undefined): Why {
  // That it had failed before says less than what had changed before it did.
  const isRetry = last?.cause === 'failed-before' && last.previous !== undefined;
  if (last?.cause !== undefined && !isRetry) return { kind: last.cause };
  if (last?.previous === undefined) return { kind: 'first-build' };
  const documents = { before: last.previous.action, after: last.action };
  return { kind: 'changed', differences: namedDifferences(step, executor, documents), cascadeOf: [] };
}

function verdict({ irreproducible: found }: Explanation): readonly string[] {
  if (found.length === 0) return [];
  return [`not reproducible: mkve check found ${count(found.length, 'difference')}, such as ${found[0]}`];
}

function jsonOf({ step, state }: PlannedStep<Step>, explanation: Explanation) {
  const { reasons, why, cutoff, irreproducible: differences } = explanation;
  return { type: 'explanation', step: step.id, kind: step.kind, state, reasons, why, cutoff, differences };
}
