import { digestOf } from '../../src/base/index.js';
import { type GraphView, graphView } from '../../src/cli/graph/view.js';
import type { PlannedStep } from '../../src/engine/index.js';
import { type AnyStep, type Graph, GraphBuilder, type StepId, stepId } from '../../src/graph/index.js';
import type { KeptTimeline, TimelineRest, TimelineRun } from '../../src/store/index.js';

interface StepSketch {
  readonly needs?: readonly string[];
  /** Default: `up-to-date`. */
  readonly state?: PlannedStep<AnyStep>['state'];
  /** How its last run with its key of now, or with another key, ended. */
  readonly last?: 'done' | 'failed' | 'failed-otherwise';
  readonly reasons?: readonly string[];
  readonly durationMs?: number;
  /** Start and end in the last build. */
  readonly run?: readonly [startMs: number, endMs: number];
  readonly how?: TimelineRun['how'];
  readonly rest?: TimelineRest['how'];
}

export interface GraphSketch {
  /** Inputs first. */
  readonly steps: Readonly<Record<string, StepSketch>>;
  /** Name to step; default: a target for each step that nothing needs. */
  readonly targets?: Readonly<Record<string, string>>;
}

interface SketchedStep extends AnyStep {
  readonly needs: readonly StepId[];
}

/** A view of a graph that is told in a few words. */
export function sketchedView({ steps, targets }: GraphSketch): GraphView {
  const entries = Object.entries(steps);
  const graph = sketchedGraph(steps);
  const ends = entries.filter(([name]) => entries.every(([, { needs = [] }]) => !needs.includes(name)));
  const chosen = Object.entries(targets ?? Object.fromEntries(ends.map(([name]) => [name, name])));
  return graphView({
    graph,
    targets: chosen.map(([name, step]) => ({ name, step: stepId(step), output: `/out/${name}.bun` })),
    planned: entries.map(([name, sketch]) => planned(graph, stepId(name), sketch)),
    last: new Map(
      entries.flatMap(([name, { last, durationMs = 1 }]) =>
        last === undefined
          ? []
          : [
              [
                stepId(name),
                {
                  key: digestOf(last === 'failed-otherwise' ? 'other' : name),
                  outcome: last === 'done' ? 'done' : 'failed',
                  durationMs,
                } as const,
              ] as const,
            ],
      ),
    ),
    reasons: new Map(entries.flatMap(([name, { reasons }]) => (reasons ? [[stepId(name), reasons]] : []))),
    timeline: sketchedTimeline(steps),
  });
}

export function sketchedGraph(steps: GraphSketch['steps']): Graph<SketchedStep> {
  const builder = new GraphBuilder<SketchedStep>(({ needs }) =>
    Object.fromEntries(needs.map((need, index) => [`in${index}`, need])),
  );
  for (const [name, { needs = [] }] of Object.entries(steps))
    builder.add({ id: stepId(name), kind: 'toy', pool: 'work', needs: needs.map(stepId) });
  return builder.build();
}

function planned(graph: Graph<AnyStep>, id: StepId, sketch: StepSketch): PlannedStep<AnyStep> {
  const step = graph.steps.get(id);
  if (step === undefined) throw new Error(`no step ${id}`);
  const { state = 'up-to-date', durationMs = 1, needs = [] } = sketch;
  if (state === 'up-to-date')
    return { step, state, from: 'cache', key: digestOf(id), outputs: {}, durationMs };
  if (state === 'dirty') return { step, state, key: digestOf(id), document: '{}' };
  return { step, state, waitsFor: stepId(needs[0] ?? '') };
}

/** Of a build that ended at the beginning of 2024; nothing when no step was in it. */
export function sketchedTimeline(steps: GraphSketch['steps']): KeptTimeline | undefined {
  const runs = Object.entries(steps).flatMap(([step, { run, how = 'ran' }]) =>
    run === undefined
      ? []
      : [{ step, kind: 'toy', how, pool: 'work', slot: 1, startMs: run[0], endMs: run[1] }],
  );
  const rest = Object.entries(steps).flatMap(([step, { rest: how, durationMs = 1 }]) =>
    how === undefined
      ? []
      : [{ step, kind: 'toy', how, ...(how === 'cached' ? { savedMs: durationMs } : {}) }],
  );
  if (runs.length === 0 && rest.length === 0) return undefined;
  const durationMs = Math.max(0, ...runs.map(({ endMs }) => endMs));
  return { targets: ['t/lxc'], jobs: 2, durationMs, runs, rest, endedAt: Date.UTC(2024, 0, 1, 12, 30, 5) };
}
