import { resolve } from 'node:path';

import { err, ok, type Result } from '../../base/index.js';
import type { StepId, Target } from '../../graph/index.js';
import type { Failure } from '../../report/index.js';
import { type RootfsState, rootfsState } from '../../rootfs/index.js';
import { compareBundles } from '../diff/compare-bundles.js';
import { type Comparison, differs } from '../diff/comparison.js';
import { comparisonJson } from '../diff/json.js';
import { comparisonLines } from '../diff/text.js';
import { toolEnvironment } from '../host.js';
import { type Command, fail } from '../main.js';
import { type OpenProject, openProject } from '../open-project.js';
import { has, lastOf, type mkveCommands, type OptionNames, type ParsedOptions } from '../options/index.js';
import { reportingOf } from '../reporters.js';
import { oneRootfsStep, oneTarget, rootfsSteps, shortName, stepBefore } from '../rootfs-steps.js';
import { bringUpToDate } from '../up-to-date.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.diff.options>>;

/** `mkve diff`: exit status 0 for no difference and 1 for some, as diff(1) has it. */
export async function diffCommand(command: Command, options: Options): Promise<number> {
  const { streams, host } = command;
  const [first, second, ...more] = options.operands;
  const step = lastOf(options, 'step');
  const mistake = mistakeIn(options.operands, step);
  if (first === undefined || more.length > 0 || mistake !== undefined) {
    return fail('mkve', mistake ?? NOTHING, streams);
  }
  const compared =
    second === undefined
      ? await compareInProject(command, options, { target: first, step })
      : await compareBundles(resolve(host.cwd, first), resolve(host.cwd, second), toolEnvironment(host));
  if (compared.ok) return print(command, options, compared.value);
  return typeof compared.error === 'number' ? compared.error : fail('mkve', compared.error, streams);
}

const NOTHING: Failure = {
  kind: 'usage-wrong',
  message: 'nothing is given to compare',
  hint: 'name a target, or two bundles',
};

function mistakeIn(operands: readonly string[], step: string | undefined): Failure | undefined {
  if (operands.length === 0) return NOTHING;
  if (operands.length > 2)
    return { kind: 'usage-wrong', message: `expected a target or two bundles, found ${operands.length}` };
  if (operands.length === 2 && step !== undefined)
    return { kind: 'usage-wrong', message: '--step: bundles know of no steps', hint: 'name one target' };
  const [only = ''] = operands;
  if (operands.length === 1 && only.endsWith('.bun'))
    return {
      kind: 'usage-wrong',
      message: `there is nothing to compare ${only} with`,
      hint: 'name two bundles',
    };
  return undefined;
}

function print({ streams }: Command, options: Options, comparison: Comparison): number {
  if (has(options, 'json')) streams.out(comparisonJson(comparison));
  else if (!has(options, 'quiet')) for (const line of comparisonLines(comparison)) streams.out(line);
  return differs(comparison) ? 1 : 0;
}

interface Wanted {
  readonly target: string;
  readonly step: string | undefined;
}

async function compareInProject(
  command: Command,
  options: Options,
  wanted: Wanted,
): Promise<Result<Comparison, Failure | number>> {
  const project = await openProject(command, options as ParsedOptions<'file' | 'jobs'>);
  if (!project.ok) return project;
  try {
    const target = oneTarget(project.value, wanted.target);
    if (!target.ok) return target;
    const at = { command, options, project: project.value, target: target.value };
    return await (wanted.step === undefined ? compareWithLast(at) : compareAround(at, wanted.step));
  } finally {
    await project.value.session.close();
  }
}

interface Comparing {
  readonly command: Command;
  readonly options: Options;
  readonly project: OpenProject;
  readonly target: Target;
}

async function compareWithLast(comparing: Comparing): Promise<Result<Comparison, Failure | number>> {
  const { compareTarget, packedStep } = await import('../diff/compare-target.js');
  const { command, project, target } = comparing;
  const { id } = packedStep(project, target);
  const stateNow = async (): Promise<Result<RootfsState, number>> => {
    const states = await statesAfter(comparing, [id]);
    return states.ok ? ok(states.value(id)) : states;
  };
  return compareTarget({ command, project, target, stateNow });
}

/** What one step adds, changes and deletes. */
async function compareAround(
  comparing: Comparing,
  name: string,
): Promise<Result<Comparison, Failure | number>> {
  const { stateDifferencesWithTexts } = await import('../diff/state-differences.js');
  const { command, project, target } = comparing;
  const steps = rootfsSteps(project, target);
  const step = oneRootfsStep(target, steps, name);
  if (!step.ok) return step;
  const previous = stepBefore(steps, step.value);
  if (previous === undefined) {
    return err({ kind: 'usage-wrong', message: 'base starts from nothing: all of it is new' });
  }
  const states = await statesAfter(comparing, [previous.id, step.value.id]);
  if (!states.ok) return states;
  const { actions } = project.session;
  const compared = await stateDifferencesWithTexts(
    { before: states.value(previous.id), after: states.value(step.value.id) },
    { actions, signal: command.signal },
  );
  if (!compared.ok) return compared;
  const words = `${target.name} ${shortName(step.value)}`;
  return ok({
    of: 'step',
    before: `before ${words}`,
    after: `after ${words}`,
    metadata: [],
    packages: [],
    conf: [],
    files: compared.value.differences,
  });
}

async function statesAfter(
  { command, options, project }: Comparing,
  wanted: readonly StepId[],
): Promise<Result<(id: StepId) => RootfsState, number>> {
  // Programs that read the answer read standard output.
  const reporting = { ...reportingOf(options), format: 'plain' } as const;
  const results = await bringUpToDate({ command, project, wanted, reporting, told: 'on standard error' });
  return results.ok ? ok((id) => rootfsState(results.value.get(id))) : results;
}
