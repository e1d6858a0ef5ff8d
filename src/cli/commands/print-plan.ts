import { type PlannedStep, plan, whyDirty } from '../../engine/index.js';
import type { Graph, Step, StepId, Target } from '../../graph/index.js';
import { stepsInOrder } from '../../graph/index.js';
import { count, describeWhy, jsonRecord, type Why } from '../../report/index.js';
import type { Session } from '../session.js';
import type { Streams } from '../streams.js';

interface PlanRequest {
  readonly graph: Graph<Step>;
  readonly session: Session;
  readonly targets: readonly Target[];
  readonly forced: ReadonlySet<StepId>;
  readonly format: 'plain' | 'json';
  readonly streams: Streams;
}

/** Says what a build would run and why, without running it. Answers whether there is work. */
export async function printPlan(request: PlanRequest): Promise<'work' | 'no-work'> {
  const { graph, session, targets, forced, format, streams } = request;
  const wanted = targets.map(({ step }) => step);
  const { executor, store } = session;
  const steps = await plan({ graph, wanted, executor, cache: store.actions, forced });
  const dirty = steps.filter(isDirty);
  for (const target of targets) await printTarget(request, target, steps);
  if (format === 'plain') {
    const unknown = dirty.filter(({ state }) => state === 'unknown').length;
    const certain = dirty.length - unknown;
    const may = unknown > 0 ? `, ${unknown} more may` : '';
    streams.out(dirty.length === 0 ? 'nothing to do' : `${count(certain, 'step')} would run${may}`);
  }
  return dirty.length > 0 ? 'work' : 'no-work';
}

async function printTarget(
  request: PlanRequest,
  target: Target,
  planned: readonly PlannedStep<Step>[],
): Promise<void> {
  const { graph, format, streams } = request;
  const own = new Set(stepsInOrder(graph, [target.step]).map(({ id }) => id));
  const steps = planned.filter(({ step }) => own.has(step.id));
  const dirty = steps.filter(isDirty);
  const state = dirty.length === 0 ? 'up-to-date' : 'dirty';
  if (format === 'json') {
    const reasons = await Promise.all(
      dirty.map(async (step) => ({ step: step.step.id, ...(await reasonOf(request, step)) })),
    );
    streams.out(
      jsonRecord({
        type: 'target-status',
        target: target.name,
        state,
        output: target.output,
        steps: reasons,
      }),
    );
    return;
  }
  streams.out(state === 'dirty' ? `dirty    ${target.name}` : `current  ${target.name} -> ${target.output}`);
  for (const step of dirty) {
    const { state: why, reasons } = await reasonOf(request, step);
    streams.out(`    ${why === 'dirty' ? 'would run' : 'may run  '} ${step.step.id}: ${reasons.join('; ')}`);
  }
}

function isDirty(planned: PlannedStep<Step>): planned is Exclude<PlannedStep<Step>, { state: 'up-to-date' }> {
  return planned.state !== 'up-to-date';
}

export interface Reason {
  readonly state: 'dirty' | 'unknown';
  /** In words. */
  readonly reasons: readonly string[];
  /** The same as data; absent while it depends on what a step before it leaves. */
  readonly why?: Why;
}

/** Why a step is not up to date, from the documents that its keys are the digests of. */
export async function reasonOf(
  { session, forced }: Pick<PlanRequest, 'session' | 'forced'>,
  planned: Exclude<PlannedStep<Step>, { state: 'up-to-date' }>,
): Promise<Reason> {
  if (planned.state === 'unknown') return { state: 'unknown', reasons: [`after ${planned.waitsFor}`] };
  const { step, key, document } = planned;
  const why = whyDirty({
    step,
    key,
    document,
    last: await session.last.before(step.id),
    isForced: forced.has(step.id),
    ranInputs: [],
    executor: session.executor,
  });
  return { state: 'dirty', reasons: [describeWhy(why, step.kind)], why };
}
