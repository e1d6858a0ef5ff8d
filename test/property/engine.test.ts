import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Digest } from '../../src/base/index.js';
import { actionKey, type BuildOutcome, plan } from '../../src/engine/index.js';
import { type Graph, type StepId, stepId, stepsInOrder } from '../../src/graph/index.js';
import type { Outputs } from '../../src/store/index.js';
import { EngineRig, states } from '../support/engine-rig.js';
import { actionOf, fails, type ToyStep, toyGraph, toyValue } from '../support/memory-executor.js';

/** Few recipes, so that steps are equal now and then. */
const recipe = fc.constantFrom('a', 'b', 'c', 'd', 'fail');
const healthyRecipe = fc.constantFrom('a', 'b', 'c', 'd');

const sketch = (recipes: fc.Arbitrary<string>) =>
  fc.record({
    kind: fc.constantFrom('exact' as const, 'coarse' as const),
    pool: fc.constantFrom('work', 'work', 'network', 'sign'),
    recipe: recipes,
    /** How far back the inputs are; what points before the first step is no input. */
    back: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }),
  });

const sketches = (recipes: fc.Arbitrary<string>) =>
  fc.array(sketch(recipes), { minLength: 1, maxLength: 14 });
type Sketches = readonly {
  readonly kind: 'exact' | 'coarse';
  readonly pool: string;
  readonly recipe: string;
  readonly back: readonly number[];
}[];

const seldom = fc.oneof(
  { weight: 3, arbitrary: fc.constant<number[]>([]) },
  { weight: 1, arbitrary: fc.array(fc.nat(), { maxLength: 2 }) },
);

/** One build of a session: what is changed before it, and how it is asked for. */
const round = (recipes: fc.Arbitrary<string>) =>
  fc.record({
    edits: fc.array(fc.tuple(fc.nat(), sketch(recipes)), { maxLength: 2 }),
    wanted: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    forced: seldom,
    lost: seldom,
    jobs: fc.integer({ min: 1, max: 4 }),
    turns: fc.array(fc.nat({ max: 3 }), { minLength: 14, maxLength: 14 }),
  });

type Round = ReturnType<typeof round> extends fc.Arbitrary<infer Drawn> ? Drawn : never;

const session = (recipes: fc.Arbitrary<string>) =>
  fc.record({ start: sketches(recipes), rounds: fc.array(round(recipes), { minLength: 1, maxLength: 4 }) });

const nameAt = (steps: Sketches, index: number) => `s${index % steps.length}`;

function graphOf(steps: Sketches): Graph<ToyStep> {
  return toyGraph(
    Object.fromEntries(
      steps.map(({ back, ...step }, index) => [
        `s${index}`,
        { ...step, needs: back.filter((far) => far <= index).map((far) => `s${index - far}`) },
      ]),
    ),
  );
}

function edited(steps: Sketches, edits: readonly (readonly [number, Sketches[number]])[]): Sketches {
  const copy = [...steps];
  for (const [index, step] of edits) copy[index % copy.length] = step;
  return copy;
}

interface Expected {
  readonly state: 'done' | 'failed' | 'skipped';
  readonly key?: Digest;
  readonly outputs?: Outputs;
}

/** What every needed step comes to when all of it is run from nothing: one step after the other, no store. */
function cleanBuild(graph: Graph<ToyStep>, wanted: readonly StepId[]): ReadonlyMap<StepId, Expected> {
  const expected = new Map<StepId, Expected>();
  for (const step of stepsInOrder(graph, wanted)) {
    const inputs = Object.entries(step.inputs).map(
      ([name, id]) => [name, expected.get(id)?.outputs] as const,
    );
    if (inputs.some(([, outputs]) => outputs === undefined)) {
      expected.set(step.id, { state: 'skipped' });
      continue;
    }
    const known = Object.fromEntries(inputs) as Record<string, Outputs>;
    const { key } = actionKey(actionOf(step, known));
    if (fails(step)) expected.set(step.id, { state: 'failed', key });
    else expected.set(step.id, { state: 'done', key, outputs: { value: toyValue(step, known) } });
  }
  return expected;
}

/** The incremental result is the clean one. */
function expectClean(outcome: BuildOutcome, expected: ReadonlyMap<StepId, Expected>): void {
  expect(new Set(outcome.steps.keys())).toEqual(new Set(expected.keys()));
  for (const [id, { state, outputs }] of expected) {
    const step = outcome.steps.get(id);
    expect([id, step?.state]).toEqual([id, state]);
    if (step?.state === 'done') expect(step.outputs).toEqual(outputs);
  }
}

/** Runs the rounds of a session on one store and looks at each. */
async function playSession(
  { start, rounds }: { readonly start: Sketches; readonly rounds: readonly Round[] },
  look: (round: {
    readonly rig: EngineRig;
    readonly graph: Graph<ToyStep>;
    readonly wanted: readonly string[];
    readonly forced: readonly string[];
    readonly drawn: Round;
  }) => Promise<void>,
): Promise<void> {
  const rig = new EngineRig();
  let steps = start;
  for (const drawn of rounds) {
    steps = edited(steps, drawn.edits);
    const current = steps;
    rig.executor.forget();
    rig.executor.turns = ({ id }) => drawn.turns[Number(id.slice(1))] ?? 0;
    rig.executor.lost.clear();
    for (const index of drawn.lost) rig.executor.lost.add(stepId(nameAt(current, index)));
    await look({
      rig,
      graph: graphOf(current),
      wanted: drawn.wanted.map((index) => nameAt(current, index)),
      forced: drawn.forced.map((index) => nameAt(current, index)),
      drawn,
    });
  }
}

describe('an incremental build', () => {
  test('gives what a clean build gives, running each key that has no usable result once and nothing else', () =>
    fc.assert(
      fc.asyncProperty(session(recipe), async (drawnSession) => {
        const published = new Set<Digest>();
        await playSession(drawnSession, async ({ rig, graph, wanted, forced, drawn }) => {
          const expected = cleanBuild(graph, wanted.map(stepId));
          const before = {
            expected,
            published: new Set(published),
            lost: new Set(rig.executor.lost),
            forced: new Set(forced.map(stepId)),
          };
          const outcome = await rig.build(graph, {
            wanted,
            forced,
            jobs: drawn.jobs,
            onFailure: 'keep-going',
          });
          expectClean(outcome, expected);
          expectRuns(rig, before);
          for (const { state, key } of expected.values())
            if (state === 'done' && key !== undefined) published.add(key);
        });
      }),
      { numRuns: 300 },
    ));

  test('runs nothing when nothing changed', () =>
    fc.assert(
      fc.asyncProperty(session(healthyRecipe), async (drawnSession) => {
        await playSession(drawnSession, async ({ rig, graph, wanted, forced, drawn }) => {
          const first = await rig.build(graph, { wanted, forced, jobs: drawn.jobs });
          rig.executor.forget();
          rig.executor.lost.clear();
          rig.executor.poisoned = true;
          const second = await rig.build(graph, { wanted, jobs: drawn.jobs });
          rig.executor.poisoned = false;
          expect(rig.executor.runs).toEqual([]);
          expect(outputsOf(second)).toEqual(outputsOf(first));
        });
      }),
      { numRuns: 100 },
    ));

  test('runs what the plan said, or less', () =>
    fc.assert(
      fc.asyncProperty(session(healthyRecipe), async (drawnSession) => {
        await playSession(drawnSession, async ({ rig, graph, wanted, forced, drawn }) => {
          const request = { graph, wanted: wanted.map(stepId), forced: new Set(forced.map(stepId)) };
          const planned = await plan({ ...request, executor: rig.executor, cache: rig.cache });
          const outcome = await rig.build(graph, { wanted, forced, jobs: drawn.jobs });
          const ran = states(outcome);
          for (const one of planned) {
            const how = ran[one.step.id];
            if (one.state === 'up-to-date') expect(how).toBe('cached');
            // An equal step may have been quicker.
            else if (one.state === 'dirty')
              expect(rig.executor.runs.map(({ key }) => key)).toContain(one.key);
          }
          expect(planned.map(({ step }) => step.id)).toEqual(
            stepsInOrder(graph, request.wanted).map(({ id }) => id),
          );
        });
      }),
      { numRuns: 100 },
    ));
});

describe('a build that stops at the first failure', () => {
  test('starts nothing after it, and the next one makes up for that', () =>
    fc.assert(
      fc.asyncProperty(session(recipe), async (drawnSession) => {
        await playSession(drawnSession, async ({ rig, graph, wanted, drawn }) => {
          const expected = cleanBuild(graph, wanted.map(stepId));
          const outcome = await rig.build(graph, { wanted, jobs: drawn.jobs });
          expect(new Set(outcome.steps.keys())).toEqual(new Set(expected.keys()));
          expectNothingStartedAfter(rig, 'step-failed');
          const broken = [...expected.values()].some(({ state }) => state === 'failed');
          expect([...outcome.steps.values()].some(({ state }) => state === 'failed')).toBe(broken);
          for (const [id, step] of outcome.steps) {
            if (step.state === 'done') expect(step.outputs).toEqual(expected.get(id)?.outputs);
            if (step.state === 'failed') expect(expected.get(id)?.state).toBe('failed');
            if (!broken) expect(step.state).toBe('done');
          }
          expectClean(await rig.build(graph, { wanted, onFailure: 'keep-going' }), expected);
        });
      }),
      { numRuns: 150 },
    ));
});

describe('a build that is aborted', () => {
  test('starts nothing more, leaves nothing wrong behind, and the next one makes up for it', () =>
    fc.assert(
      fc.asyncProperty(session(recipe), fc.nat({ max: 20 }), async (drawnSession, after) => {
        await playSession(drawnSession, async ({ rig, graph, wanted, drawn }) => {
          const expected = cleanBuild(graph, wanted.map(stepId));
          const stop = new AbortController();
          const run = rig.executor.run.bind(rig.executor);
          let left = after;
          rig.executor.run = (step, context) => {
            const running = run(step, context);
            if (left-- === 0) stop.abort(new Error('Ctrl-C'));
            return running;
          };
          const { jobs } = drawn;
          const outcome = await rig.build(graph, {
            wanted,
            jobs,
            onFailure: 'keep-going',
            signal: stop.signal,
          });
          rig.executor.run = run;
          expect(new Set(outcome.steps.keys())).toEqual(new Set(expected.keys()));
          if (stop.signal.aborted) expect(rig.executor.runs).toHaveLength(after + 1);
          for (const [id, step] of outcome.steps)
            if (step.state === 'done') expect(step.outputs).toEqual(expected.get(id)?.outputs);
          expectClean(await rig.build(graph, { wanted, onFailure: 'keep-going' }), expected);
          rig.executor.forget();
        });
      }),
      { numRuns: 150 },
    ));
});

/** Every key that has to run does, and as often as it has to. */
function expectRuns(
  rig: EngineRig,
  before: {
    readonly expected: ReadonlyMap<StepId, Expected>;
    /** Keys that have a result. */
    readonly published: ReadonlySet<Digest>;
    readonly lost: ReadonlySet<StepId>;
    readonly forced: ReadonlySet<StepId>;
  },
): void {
  const byKey = new Map<Digest, StepId[]>();
  for (const [id, { key }] of before.expected)
    if (key !== undefined) byKey.set(key, [...(byKey.get(key) ?? []), id]);
  const times = (key: Digest) => rig.executor.runs.filter((run) => run.key === key).length;
  for (const [key, ids] of byKey) {
    if (ids.some((id) => before.expected.get(id)?.state === 'failed')) {
      // What fails leaves no result, so every step that needs one tries.
      expect(times(key)).toBe(ids.length);
      continue;
    }
    const once = !before.published.has(key) || ids.some((id) => before.forced.has(id)) ? 1 : 0;
    // What one step has lost it makes itself, also where an equal step has just run.
    const lost = ids.filter((id) => before.lost.has(id)).length;
    expect(times(key)).toBeGreaterThanOrEqual(Math.min(1, once + lost));
    expect(times(key)).toBeLessThanOrEqual(once + lost);
  }
  expect(rig.executor.runs.filter(({ key }) => !byKey.has(key))).toEqual([]);
}

function expectNothingStartedAfter(rig: EngineRig, type: string): void {
  const told = rig.events.map((event) => event.type as string);
  const first = told.indexOf(type);
  if (first !== -1) expect(told.slice(first)).not.toContain('step-started');
}

function outputsOf(outcome: BuildOutcome): ReadonlyMap<StepId, Outputs | string> {
  return new Map(
    [...outcome.steps].map(([id, step]) => [id, step.state === 'done' ? step.outputs : step.state]),
  );
}
