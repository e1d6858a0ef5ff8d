import { bug, type Digest } from '../base/index.js';
import { type BuildOutcome, type RunningBuild, type SharedRun, startBuild } from '../engine/index.js';
import {
  type Graph,
  matchesGlob,
  type Step,
  type StepId,
  stepId,
  stepsInOrder,
  type Target,
} from '../graph/index.js';
import {
  exitStatusOf,
  type Failure,
  type Reporter,
  renderFailure,
  TeeReporter,
  TimelineRecorder,
} from '../report/index.js';
import type { LockFile } from './lock-file.js';
import type { Session } from './session.js';

export interface RunRequest {
  readonly graph: Graph<Step>;
  readonly targets: readonly Target[];
  /** Steps that are wanted for their own sake; without them, those of the targets are. */
  readonly wanted?: readonly StepId[];
  readonly session: Session;
  readonly reporter: Reporter;
  readonly jobs: number;
  readonly onFailure: 'stop' | 'keep-going';
  readonly forced: ReadonlySet<StepId>;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Where what is resolved is written. */
  readonly lock?: LockFile;
  /** Given by a process that builds more than once. */
  readonly shared?: SharedRun;
}

/** A build, and what kept its lock from being written. */
interface RunOutcome extends BuildOutcome {
  readonly lockFault?: Failure;
}

/** Builds targets, reports how each fared, and answers the exit status. */
export async function runBuild(request: RunRequest): Promise<number> {
  return statusOf(await startRun(request).ended);
}

/** Starts to build targets; how each fared is reported before `ended` resolves, unless the build was retired. */
export function startRun(request: RunRequest): RunningBuild {
  const { graph, targets, session } = request;
  const wanted = request.wanted ?? targets.map(({ step }) => step);
  const recorder = new TimelineRecorder({
    now: request.now,
    poolOf: (step) => graph.steps.get(stepId(step))?.pool ?? bug(`no step ${step}`),
  });
  const reporter = new TeeReporter([request.reporter, recorder]);
  reporter.report({
    type: 'build-started',
    targets: targets.map(({ name }) => name),
    steps: stepsInOrder(graph, wanted).length,
    jobs: request.jobs,
  });
  const { store, last, executor } = session;
  const leave = store.running.enter();
  const running = startBuild({
    ...request,
    reporter,
    wanted,
    executor,
    cache: store.actions,
    blobs: store.blobs,
    last,
    logPath: (log: Digest) => store.blobs.pathOf(log),
  });
  let isRetired = false;
  const report = async (outcome: BuildOutcome): Promise<RunOutcome> => {
    if (isRetired) return outcome;
    const lockFault = await request.lock?.record(outcome, reporter, 'build');
    if (lockFault !== undefined)
      reporter.report({ type: 'warning', message: renderFailure(lockFault).headline });
    for (const target of targets) reportTarget(target, outcome, reporter);
    reportSummary(outcome, reporter);
    if (request.wanted === undefined) await keepTimeline(session, recorder);
    await session.care.savePins();
    if (didWork(outcome)) await session.care.afterBuild(request.reporter, request.signal);
    return lockFault === undefined ? outcome : { ...outcome, lockFault };
  };
  return {
    ended: running.ended.finally(leave).then(report),
    retire: (isWanted) => {
      isRetired = true;
      running.retire(isWanted);
    },
  };
}

/** Of builds that did something, and not of what ran steps for their own sake: that is no build of any target. */
async function keepTimeline(session: Session, recorder: TimelineRecorder): Promise<void> {
  const timeline = recorder.timeline();
  if (timeline !== undefined) await session.timeline.save(timeline);
}

/** The steps that `--force` names: all without a name, otherwise those that a glob matches. */
export function forcedSteps(graph: Graph<Step>, patterns: readonly string[]): ReadonlySet<StepId> {
  const ids = [...graph.steps.keys()];
  if (patterns.includes('')) return new Set(ids.filter((id) => graph.steps.get(id)?.kind !== 'snapshot'));
  return new Set(ids.filter((id) => patterns.some((pattern) => isNamed(id, pattern))));
}

/** `01-root` means the hook in every target, `tiny/lxc:01-root` the one, `base` the base. */
export function isNamed(id: StepId, pattern: string): boolean {
  const [, afterTarget = ''] = id.split(/:(.*)/s);
  const [kind = ''] = id.split(':');
  return [id, afterTarget, kind].some((name) =>
    matchesGlob(name.replaceAll('/', '\0'), pattern.replaceAll('/', '\0')),
  );
}

function reportTarget(target: Target, { steps }: BuildOutcome, reporter: Reporter): void {
  const outcome = steps.get(target.step);
  const common = { type: 'target-finished', target: target.name, output: target.output } as const;
  if (outcome?.state !== 'done') {
    reporter.report({ ...common, how: outcome?.state === 'cancelled' ? 'cancelled' : 'failed' });
    return;
  }
  const how = ({ ran: 'built', cached: 'up-to-date', restored: 'restored' } as const)[outcome.how];
  const size = outcome.outputs['size'];
  reporter.report({ ...common, how, ...(typeof size === 'number' ? { size } : {}) });
}

function didWork({ steps }: BuildOutcome): boolean {
  return [...steps.values()].some((outcome) => outcome.state === 'done' && outcome.how !== 'cached');
}

function reportSummary({ steps, durationMs }: BuildOutcome, reporter: Reporter): void {
  const outcomes = [...steps.values()];
  const of = (state: string) => outcomes.filter((outcome) => outcome.state === state).length;
  const done = outcomes.filter((outcome) => outcome.state === 'done');
  const cached = done.filter(({ how }) => how === 'cached');
  reporter.report({
    type: 'build-finished',
    ran: done.length - cached.length,
    cached: cached.length,
    failed: of('failed'),
    skipped: of('skipped') + of('cancelled'),
    durationMs: Math.round(durationMs),
    savedMs: cached.reduce((total, { durationMs: saved }) => total + saved, 0),
  });
}

/** The exit status that a build comes to. */
export function statusOf({ steps, lockFault }: RunOutcome): number {
  const outcomes = [...steps.values()];
  const failures = outcomes.flatMap((outcome) =>
    outcome.state === 'failed' ? [exitStatusOf(outcome.failure)] : [],
  );
  if (lockFault !== undefined) failures.push(exitStatusOf(lockFault));
  if (failures.length > 0) return Math.max(...failures);
  return outcomes.some(({ state }) => state === 'cancelled') ? 130 : 0;
}
