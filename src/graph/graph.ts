import { bug, type CanonicalValue, canonicalJson } from '../base/index.js';
import type { StepId } from './step.js';

/** What the engine needs to know of a step; the rest of it is between the frontend and the executor. */
export interface AnyStep {
  readonly id: StepId;
  readonly kind: string;
  readonly pool: string;
}

/** An immutable directed graph without cycles. How its steps fare in a build is kept elsewhere. */
export interface Graph<S extends AnyStep> {
  /** In an order in which every step comes after its inputs. */
  readonly steps: ReadonlyMap<StepId, S>;
  readonly inputs: ReadonlyMap<StepId, Readonly<Record<string, StepId>>>;
}

/**
 * Collects steps, inputs first. Adding a step again under its id is fine when it says the same, so that targets
 * share what they have in common without knowing of each other.
 */
export class GraphBuilder<S extends AnyStep> {
  readonly #steps = new Map<StepId, S>();
  readonly #inputs = new Map<StepId, Readonly<Record<string, StepId>>>();
  readonly #inputsOf: (step: S) => Readonly<Record<string, StepId>>;

  constructor(inputsOf: (step: S) => Readonly<Record<string, StepId>>) {
    this.#inputsOf = inputsOf;
  }

  add(step: S): StepId {
    const known = this.#steps.get(step.id);
    if (known !== undefined) {
      if (!sameStep(known, step)) bug(`two different steps are called ${step.id}`);
      return step.id;
    }
    const inputs = this.#inputsOf(step);
    for (const input of Object.values(inputs)) {
      if (!this.#steps.has(input)) bug(`step ${step.id} was added before its input ${input}`);
    }
    this.#steps.set(step.id, step);
    this.#inputs.set(step.id, inputs);
    return step.id;
  }

  build(): Graph<S> {
    return { steps: new Map(this.#steps), inputs: new Map(this.#inputs) };
  }
}

function sameStep(a: AnyStep, b: AnyStep): boolean {
  return canonicalJson(a as unknown as CanonicalValue) === canonicalJson(b as unknown as CanonicalValue);
}

/** The steps that the wanted ones need, themselves included, inputs before those that use them. */
export function stepsInOrder<S extends AnyStep>(graph: Graph<S>, wanted: Iterable<StepId>): readonly S[] {
  const needed = new Set<StepId>();
  const open = [...wanted];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (needed.has(id)) continue;
    needed.add(id);
    open.push(...Object.values(graph.inputs.get(id) ?? bug(`no step ${id} in the graph`)));
  }
  return [...graph.steps.values()].filter((step) => needed.has(step.id));
}
