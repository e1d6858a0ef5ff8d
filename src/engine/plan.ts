import type { Digest } from '../base/index.js';
import { type AnyStep, type Graph, type StepId, stepsInOrder } from '../graph/index.js';
import type { ActionCache, Outputs } from '../store/index.js';
import { actionKey } from './action.js';
import type { Executor } from './executor.js';

export type PlannedStep<S extends AnyStep> =
  /** `given`: the step itself says its result. */
  | {
      readonly step: S;
      readonly state: 'up-to-date';
      readonly from: 'cache' | 'given';
      readonly key: Digest;
      readonly outputs: Outputs;
      readonly durationMs: number;
    }
  /** Its inputs are known and it has no usable result: it would certainly run. */
  | { readonly step: S; readonly state: 'dirty'; readonly key: Digest; readonly document: string }
  /** An input would run first; whether this step runs depends on what comes out of it (early cutoff). */
  | { readonly step: S; readonly state: 'unknown'; readonly waitsFor: StepId };

interface PlanRequest<S extends AnyStep> {
  readonly graph: Graph<S>;
  readonly wanted: readonly StepId[];
  readonly executor: Executor<S>;
  readonly cache: ActionCache;
  readonly forced: ReadonlySet<StepId>;
}

/** What a build would do, without doing it: for `status`, `explain` and `--dry-run`. */
export async function plan<S extends AnyStep>(request: PlanRequest<S>): Promise<readonly PlannedStep<S>[]> {
  const outputs = new Map<StepId, Outputs>();
  const planned: PlannedStep<S>[] = [];
  for (const step of stepsInOrder(request.graph, request.wanted)) {
    const inputs = request.graph.inputs.get(step.id) ?? {};
    const waitsFor = Object.values(inputs).find((id) => !outputs.has(id));
    if (waitsFor !== undefined) planned.push({ step, state: 'unknown', waitsFor });
    else planned.push(await planStep(request, step, { inputs, outputs }));
  }
  return planned;
}

async function planStep<S extends AnyStep>(
  request: PlanRequest<S>,
  step: S,
  known: { readonly inputs: Readonly<Record<string, StepId>>; readonly outputs: Map<StepId, Outputs> },
): Promise<PlannedStep<S>> {
  const inputs = Object.fromEntries(
    Object.entries(known.inputs).map(([name, id]) => [name, known.outputs.get(id) ?? {}]),
  );
  const { key, document } = actionKey(request.executor.describe(step, inputs));
  const given = request.executor.given(step, inputs);
  if (given !== undefined) {
    known.outputs.set(step.id, given);
    return { step, state: 'up-to-date', from: 'given', key, outputs: given, durationMs: 0 };
  }
  const result = request.forced.has(step.id) ? undefined : await request.cache.read(key);
  if (result === undefined || !(await request.executor.isUsable(step, result.outputs))) {
    return { step, state: 'dirty', key, document };
  }
  const { outputs, durationMs } = result;
  known.outputs.set(step.id, outputs);
  return { step, state: 'up-to-date', from: 'cache', key, outputs, durationMs };
}
