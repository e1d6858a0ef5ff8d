import { type PlannedStep, plan } from '../../engine/index.js';
import type { Step, StepId, Target } from '../../graph/index.js';
import type { LastRun } from '../../store/index.js';
import { reasonOf } from '../commands/print-plan.js';
import type { OpenProject } from '../open-project.js';
import { type GraphView, graphView } from './view.js';

/** A view with what it was made of, for whoever needs to say more. */
export interface GatheredView {
  readonly view: GraphView;
  readonly planned: readonly PlannedStep<Step>[];
  readonly last: ReadonlyMap<StepId, LastRun>;
}

/** Asks the store how the steps of the targets fare and what the last build did. Nothing is run or written. */
export async function gatherView(
  { graph, session }: OpenProject,
  targets: readonly Target[],
): Promise<GatheredView> {
  const forced = new Set<StepId>();
  const planned = await plan({
    graph,
    wanted: targets.map(({ step }) => step),
    executor: session.executor,
    cache: session.store.actions,
    forced,
  });
  const last = new Map<StepId, LastRun>();
  const reasons = new Map<StepId, readonly string[]>();
  for (const one of planned) {
    const run = await session.last.get(one.step.id);
    if (run !== undefined) last.set(one.step.id, run);
    if (one.state !== 'up-to-date')
      reasons.set(one.step.id, (await reasonOf({ session, forced }, one)).reasons);
  }
  const timeline = await session.timeline.get();
  return { view: graphView({ graph, targets, planned, last, reasons, timeline }), planned, last };
}
