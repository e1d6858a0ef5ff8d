import { bug } from '../../base/index.js';
import type { PlannedStep } from '../../engine/index.js';
import { type AnyStep, type Graph, type StepId, stepsInOrder, type Target } from '../../graph/index.js';
import type { KeptTimeline, LastRun, TimelineRest, TimelineRun } from '../../store/index.js';
import { type CriticalPath, criticalPath } from './critical-path.js';

/** `failed`: it would run, and with the very inputs it has now it failed the last time. `unknown`: it may run. */
export type NodeState = 'up-to-date' | 'dirty' | 'failed' | 'unknown';

/** One step, as every rendering of the graph shows it. */
export interface ViewNode {
  readonly id: StepId;
  readonly kind: string;
  readonly pool: string;
  /** Names of the targets of this view that need it. */
  readonly targets: readonly string[];
  readonly inputs: readonly { readonly as: string; readonly step: StepId }[];
  readonly state: NodeState;
  /** Why it is not up to date; for `unknown` what it waits for. */
  readonly reasons: readonly string[];
  /** How long it took when it last ran; absent when it never did. */
  readonly durationMs?: number;
  /** What it did in the last build, if that build had it. */
  readonly inBuild?: NodeInBuild;
}

export type NodeInBuild =
  | { readonly how: TimelineRest['how'] }
  | {
      readonly how: TimelineRun['how'];
      readonly run: Pick<TimelineRun, 'pool' | 'slot' | 'startMs' | 'endMs'>;
      readonly isCritical: boolean;
    };

/** The last build of the project that ran anything, whatever its targets were. */
export interface ViewBuild extends KeptTimeline {
  readonly criticalPath: CriticalPath;
}

/** A part of a graph with all that is known of its steps. */
export interface GraphView {
  readonly targets: readonly Target[];
  /** Inputs before the steps that use them. */
  readonly nodes: readonly ViewNode[];
  readonly build?: ViewBuild;
}

export interface ViewRequest {
  /** Of the whole project: the critical path may lead through steps that the view does not show. */
  readonly graph: Graph<AnyStep>;
  readonly targets: readonly Target[];
  readonly planned: readonly PlannedStep<AnyStep>[];
  readonly last: ReadonlyMap<StepId, Pick<LastRun, 'key' | 'outcome' | 'durationMs'>>;
  /** Of the steps that are not up to date. */
  readonly reasons: ReadonlyMap<StepId, readonly string[]>;
  readonly timeline: KeptTimeline | undefined;
}

/** Joins what a build would do with what the last ones did. Pure. */
export function graphView(request: ViewRequest): GraphView {
  const { targets, timeline, planned } = request;
  const build =
    timeline === undefined
      ? undefined
      : { ...timeline, criticalPath: criticalPath(request.graph, timeline.runs) };
  const needed = targets.map(({ name, step }) => ({
    name,
    steps: new Set(stepsInOrder(request.graph, [step]).map(({ id }) => id)),
  }));
  const nodes = planned.map((one): ViewNode => {
    const { id, kind, pool } = one.step;
    return {
      id,
      kind,
      pool,
      targets: needed.filter(({ steps }) => steps.has(id)).map(({ name }) => name),
      inputs: inputsOf(request.graph, id),
      state: stateOf(one, request),
      reasons: request.reasons.get(id) ?? [],
      ...durationOf(one, request),
      ...inBuildOf(id, build),
    };
  });
  return { targets, nodes, ...(build === undefined ? {} : { build }) };
}

function inputsOf(graph: Graph<AnyStep>, id: StepId): ViewNode['inputs'] {
  const inputs = graph.inputs.get(id) ?? bug(`no step ${id} in the graph`);
  return Object.entries(inputs).map(([as, step]) => ({ as, step }));
}

function stateOf(planned: PlannedStep<AnyStep>, { last }: ViewRequest): NodeState {
  if (planned.state !== 'dirty') return planned.state;
  const before = last.get(planned.step.id);
  return before?.outcome === 'failed' && before.key === planned.key ? 'failed' : 'dirty';
}

function durationOf(planned: PlannedStep<AnyStep>, { last }: ViewRequest): { durationMs?: number } {
  if (planned.state === 'up-to-date') return { durationMs: planned.durationMs };
  const before = last.get(planned.step.id);
  return before === undefined ? {} : { durationMs: before.durationMs };
}

function inBuildOf(id: StepId, build: ViewBuild | undefined): { inBuild?: NodeInBuild } {
  // The last of them: after damage of the store a step runs twice.
  const run = build?.runs.findLast(({ step }) => step === id);
  if (build !== undefined && run !== undefined) {
    const { how, pool, slot, startMs, endMs } = run;
    const isCritical = build.criticalPath.steps.includes(id);
    return { inBuild: { how, run: { pool, slot, startMs, endMs }, isCritical } };
  }
  const rest = build?.rest.find(({ step }) => step === id);
  return rest === undefined ? {} : { inBuild: { how: rest.how } };
}
