import { bug, type Digest, ok, type Result } from '../../base/index.js';
import { actionKey, type BuildOutcome, build } from '../../engine/index.js';
import { type Step, type StepKind, stepsInOrder, type Target } from '../../graph/index.js';
import { type Failure, jsonRecord, type Reporter } from '../../report/index.js';
import type { Outputs } from '../../store/index.js';
import { compareResults } from '../compare-results.js';
import { type Command, fail } from '../main.js';
import { type OpenProject, openProject } from '../open-project.js';
import type { mkveCommands, OptionNames, ParsedOptions } from '../options/index.js';

import { reportingOf, withReporter } from '../reporters.js';
import { statusOf } from '../run-build.js';
import type { Otherwise } from '../session.js';
import { chooseTargets, formatOf } from './build.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.check.options>>;

/**
 * What another run could make differ. Snapshots and resolved sets are of a moment; a signature has its time in it, and a
 * bundle is written from what is compared here.
 */
const REPEATED: ReadonlySet<StepKind> = new Set(['base', 'packages', 'hook', 'conf', 'pack', 'metainfo']);
/** Of one step; the rest is counted. */
const MOST_LINES = 50;

/**
 * `mkve check`: builds, then runs each step again from the very inputs it had and compares. Most of what a step could
 * see of the host is fixed by the sandbox; the second time, what is not is different: the time, the number of processors
 * and with it the order of work. Nothing that was packed before is used. The second results are not recorded; what differed
 * is.
 */
export async function checkCommand(command: Command, options: Options): Promise<number> {
  const { streams } = command;
  const project = await openProject(command, options as ParsedOptions<'file' | 'jobs'>);
  if (!project.ok) return fail('mkve', project.error, streams);
  const leave = project.value.session.store.running.enter();
  try {
    const chosen = chooseTargets(project.value.targets, options.operands);
    if (!chosen.ok) return fail('mkve', chosen.error, streams);
    const first = await buildFirst({ command, options, project: project.value, targets: chosen.value });
    if (typeof first === 'number') return first;
    return await repeatAll({ command, options, project: project.value, targets: chosen.value }, first);
  } finally {
    await leave();
    await project.value.session.close();
  }
}

interface CheckRequest {
  readonly command: Command;
  readonly options: Options;
  readonly project: OpenProject;
  readonly targets: readonly Target[];
}

async function buildFirst(request: CheckRequest): Promise<BuildOutcome | number> {
  const { command, options } = request;
  const built = await withReporter(command, reportingOf(options), async (reporter) => {
    const outcome = await buildAll(request, reporter);
    const lockFault = await request.project.lock.record(outcome, reporter, 'build');
    return lockFault === undefined ? outcome : { ...outcome, lockFault };
  });
  if (!built.ok) return fail('mkve', built.error, command.streams);
  if (built.value.lockFault !== undefined) return fail('mkve', built.value.lockFault, command.streams);
  const status = statusOf(built.value);
  return status === 0 ? built.value : status;
}

async function buildAll(
  { command, project, targets }: CheckRequest,
  reporter: Reporter,
): Promise<BuildOutcome & { readonly lockFault?: Failure }> {
  const { store, executor, last } = project.session;
  const wanted = targets.map(({ step }) => step);
  return build({
    graph: await project.lock.graphFor(wanted, store.blobs, 'keep'),
    wanted,
    executor,
    cache: store.actions,
    blobs: store.blobs,
    last,
    reporter,
    jobs: project.jobs,
    onFailure: 'stop',
    forced: new Set(),
    signal: command.signal,
    now: command.host.now,
    logPath: (log: Digest) => store.blobs.pathOf(log),
  });
}

async function repeatAll(request: CheckRequest, first: BuildOutcome): Promise<number> {
  const { graph, session } = request.project;
  const wanted = request.targets.map(({ step }) => step);
  const otherwise = session.otherwise();
  try {
    let differing = 0;
    for (const step of stepsInOrder(graph, wanted).filter(({ kind }) => REPEATED.has(kind))) {
      const repeated = await repeat(request, { step, first, otherwise });
      if (!repeated.ok) return fail('mkve', repeated.error, request.command.streams);
      if (repeated.value.length > 0) differing++;
      say(request, step, repeated.value);
    }
    return differing === 0 ? 0 : 1;
  } finally {
    await otherwise.close();
  }
}

/** Runs a step once more; what differed is answered, and kept for later builds. */
async function repeat(
  { command, project }: CheckRequest,
  of: { readonly step: Step; readonly first: BuildOutcome; readonly otherwise: Otherwise },
): Promise<Result<readonly string[], Failure>> {
  const { session } = project;
  const { step, first } = of;
  const inputs = inputsOf(project, first, step);
  const second = await of.otherwise.executor.run(step, {
    inputs,
    output: () => undefined,
    progress: () => undefined,
    warn: () => undefined,
    signal: command.signal,
  });
  if (!second.ok) return second;
  const differences = await compareResults(session.store.blobs, outputsOf(first, step), second.value);
  const { key } = actionKey(session.executor.describe(step, inputs));
  await session.store.reproducibility.note(key, differences);
  return ok(differences);
}

function inputsOf(
  { graph }: OpenProject,
  first: BuildOutcome,
  step: Step,
): Readonly<Record<string, Outputs>> {
  const inputs = Object.entries(graph.inputs.get(step.id) ?? bug(`no step ${step.id}`));
  return Object.fromEntries(
    inputs.map(([name, id]) => [name, outputsOf(first, graph.steps.get(id) ?? bug(`no step ${id}`))]),
  );
}

function outputsOf({ steps }: BuildOutcome, { id }: Step): Outputs {
  const outcome = steps.get(id);
  return outcome?.state === 'done' ? outcome.outputs : bug(`${id} is not done`);
}

function say(
  { command, options }: Pick<CheckRequest, 'command' | 'options'>,
  { id }: Step,
  differences: readonly string[],
): void {
  const { streams } = command;
  if (formatOf(options) === 'json') {
    streams.out(jsonRecord({ type: 'check', step: id, reproducible: differences.length === 0, differences }));
    return;
  }
  if (differences.length === 0) {
    streams.out(`same     ${id}`);
    return;
  }
  streams.out(`differs  ${id}: two runs from the same inputs differ in ${differences.length}`);
  for (const difference of differences.slice(0, MOST_LINES)) streams.out(`    ${difference}`);
  if (differences.length > MOST_LINES) streams.out(`    and ${differences.length - MOST_LINES} more`);
}
