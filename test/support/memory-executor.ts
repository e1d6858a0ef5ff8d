import { type Digest, digestOf, err, ok, type Result } from '../../src/base/index.js';
import {
  type Action,
  actionKey,
  type Executor,
  type InputName,
  type RunContext,
} from '../../src/engine/index.js';
import { type AnyStep, type Graph, GraphBuilder, type StepId, stepId } from '../../src/graph/index.js';
import type { Failure } from '../../src/report/index.js';
import type { Outputs } from '../../src/store/index.js';

/**
 * A step that is a pure function of its recipe and the values of its inputs. What an `exact` one gives differs
 * whenever they do; a `coarse` one keeps one bit of them, so that a change often ends there. A recipe that begins
 * with `fail` fails.
 */
export interface ToyStep extends AnyStep {
  readonly kind: 'exact' | 'coarse';
  readonly recipe: string;
  readonly inputs: Readonly<Record<string, StepId>>;
  /** Its result without running. */
  readonly given?: string;
}

type Sketch = Partial<Pick<ToyStep, 'kind' | 'pool' | 'recipe' | 'given'>> & {
  readonly needs?: readonly string[];
};

/** A graph from steps by name, inputs first. A step's recipe is its name where none is given. */
export function toyGraph(sketches: Readonly<Record<string, Sketch>>): Graph<ToyStep> {
  const builder = new GraphBuilder<ToyStep>(({ inputs }) => inputs);
  for (const [name, sketch] of Object.entries(sketches)) {
    const { needs = [], kind = 'exact', pool = 'work', recipe = name, given } = sketch;
    const inputs = Object.fromEntries(needs.map((need, index) => [`in${index}`, stepId(need)]));
    const said = given === undefined ? {} : { given };
    builder.add({ id: stepId(name), kind, pool, recipe, inputs, ...said });
  }
  return builder.build();
}

export function actionOf({ kind, recipe }: ToyStep, inputs: Readonly<Record<string, Outputs>>): Action {
  const values = Object.entries(inputs).map(([name, outputs]) => [`from ${name}`, outputs['value']]);
  return { kind, version: 1, inputs: { recipe, ...Object.fromEntries(values) } };
}

/** What a step gives, were everything run from nothing. */
export function toyValue(step: ToyStep, inputs: Readonly<Record<string, Outputs>>): string {
  const whole = digestOf(JSON.stringify([step.recipe, Object.entries(inputs)]));
  return step.kind === 'exact' ? whole : `bit ${Number.parseInt(whole.slice(-1), 16) % 2}`;
}

export const fails = ({ recipe }: ToyStep): boolean => recipe.startsWith('fail');

/** A step that waits in the middle of its work until the test lets it go on. */
export interface Held {
  readonly started: Promise<void>;
  release(): void;
}

/** Runs toy steps, counts them, and does what the test says. */
export class MemoryExecutor implements Executor<ToyStep> {
  /** Every run in the order of starting. */
  readonly runs: { readonly id: StepId; readonly key: Digest }[] = [];
  /** Steps whose results are not usable until they ran again, as when somebody deleted an output. */
  readonly lost = new Set<StepId>();
  /** Every run throws. */
  poisoned = false;
  /** How many turns of the event loop a step takes. */
  turns: (step: ToyStep) => number = () => 0;
  readonly #held = new Map<StepId, { readonly started: () => void; readonly released: Promise<void> }>();
  #running = 0;
  mostAtOnce = 0;

  ran(): readonly string[] {
    return this.runs.map(({ id }) => id);
  }

  forget(): void {
    this.runs.length = 0;
  }

  hold(name: string): Held {
    let started: () => void = () => undefined;
    let release: () => void = () => undefined;
    const hasStarted = new Promise<void>((resolve) => {
      started = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#held.set(stepId(name), { started, released });
    return { started: hasStarted, release: () => release() };
  }

  describe(step: ToyStep, inputs: Readonly<Record<string, Outputs>>): Action {
    return actionOf(step, inputs);
  }

  inputName(_step: ToyStep, path: string): InputName {
    return { words: path, from: path.startsWith('from ') ? 'step' : 'author' };
  }

  given({ given }: ToyStep): Outputs | undefined {
    return given === undefined ? undefined : { value: given };
  }

  isUsable(step: ToyStep): Promise<boolean> {
    return Promise.resolve(!this.lost.has(step.id));
  }

  async run(step: ToyStep, context: RunContext): Promise<Result<Outputs, Failure>> {
    this.runs.push({ id: step.id, key: actionKey(actionOf(step, context.inputs)).key });
    if (this.poisoned) throw new Error(`poison: ${step.id} ran`);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#running);
    try {
      await this.#takeTime(step, context.signal);
      if (context.signal.aborted) return err({ kind: 'cancelled' });
      context.output(Buffer.from(`${step.recipe}\n`));
      if (fails(step)) return err(failureOf(step));
      this.lost.delete(step.id);
      return ok({ value: toyValue(step, context.inputs) });
    } finally {
      this.#running--;
    }
  }

  async #takeTime(step: ToyStep, signal: AbortSignal): Promise<void> {
    const held = this.#held.get(step.id);
    held?.started();
    if (held !== undefined) await orAborted(held.released, signal);
    for (let turn = this.turns(step); turn > 0 && !signal.aborted; turn--)
      await new Promise((resolve) => setImmediate(resolve));
  }
}

/** `fail for good` is the step's own fault, as a hook's exit status is; any other may go well the next time. */
function failureOf({ recipe }: ToyStep): Failure {
  if (recipe !== 'fail for good') return { kind: 'worker-died', detail: recipe };
  return { kind: 'command-failed', what: recipe, argv: [recipe], ending: { status: 1 }, lastLines: [] };
}

async function orAborted(released: Promise<void>, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { signal: done.signal });
  });
  await Promise.race([released, aborted]);
  done.abort();
}
