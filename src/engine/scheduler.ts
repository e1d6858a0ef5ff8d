import { bug } from '../base/index.js';
import type { AnyStep, StepId } from '../graph/index.js';
import type { Outputs } from '../store/index.js';
import type { Attempt, StepOutcome } from './build.js';
import { dependentsOf, StepStates } from './states.js';
import { type RunWatcher, StepRun } from './step-run.js';

/**
 * Decides what runs next, and owns all run state of one build. A step is looked at as soon as its inputs are done:
 * a hit finishes it at once, without a slot; otherwise it waits for a slot of its pool. Looking up and running
 * interleave, so work starts before the whole graph was looked at.
 */
export class Scheduler<S extends AnyStep> {
  readonly #request: Attempt<S>;
  readonly #steps: readonly S[];
  readonly #states: StepStates;
  readonly #dependents: ReadonlyMap<StepId, readonly S[]>;
  /** How many inputs of a step are not done yet. */
  readonly #waitsFor: Map<StepId, number>;
  readonly #outcomes = new Map<StepId, StepOutcome>();
  /** Stops one running step. */
  readonly #running = new Map<StepId, AbortController>();
  /** Keys whose results are of this build: for a forced step they count. */
  readonly #ranNow = new Set<string>();
  #stopping = false;

  constructor(request: Attempt<S>, steps: readonly S[]) {
    this.#request = request;
    this.#steps = steps;
    this.#states = new StepStates(steps);
    this.#dependents = dependentsOf(request.graph, steps);
    this.#waitsFor = new Map(steps.map((step) => [step.id, new Set(this.#inputIds(step)).size]));
  }

  async run(): Promise<ReadonlyMap<StepId, StepOutcome>> {
    const { signal } = this.#request;
    // Once a build: AbortSignal.any for each step took longer than all else that the engine does for it.
    const stopAll = () => this.#stopRunning(() => true);
    signal.addEventListener('abort', stopAll);
    try {
      await this.#advanceAll(this.#steps.filter(({ id }) => this.#waitsFor.get(id) === 0));
    } finally {
      signal.removeEventListener('abort', stopAll);
    }
    return this.#outcomes;
  }

  /** Starts nothing more, and stops the running steps that are not wanted any longer. */
  retire(isWanted: (step: StepId) => boolean): void {
    this.#stopping = true;
    this.#stopRunning((id) => !isWanted(id));
  }

  #stopRunning(which: (step: StepId) => boolean): void {
    for (const [id, controller] of this.#running) if (which(id)) controller.abort();
  }

  /** An exception is our bug; it goes up once nothing runs any more, as a step might outlive its build otherwise. */
  async #advanceAll(steps: readonly S[]): Promise<void> {
    const settled = await Promise.allSettled(steps.map((step) => this.#advance(step)));
    for (const one of settled) if (one.status === 'rejected') throw one.reason;
  }

  /** Takes a step as far as it goes, then those that waited for it. */
  async #advance(step: S): Promise<void> {
    this.#states.transition(step.id, 'ready');
    const outcome = await this.#perform(step);
    this.#finish(step, outcome);
    if (outcome.state !== 'done') {
      this.#giveUpOn(step, outcome.state);
      return;
    }
    await this.#advanceAll(this.#readyAfter(step));
  }

  async #perform(step: S): Promise<StepOutcome> {
    const run = new StepRun(this.#request, step, {
      inputs: this.#inputsOf(step),
      ranInputs: this.#inputIds(step).filter((id) => this.#hasRun(id)),
    });
    const known = await this.#orStop(run.findKnown());
    if (known !== undefined) return known;
    if (this.#mustStop()) return { state: 'cancelled' };
    this.#states.transition(step.id, 'queued');
    return this.#request.shared.flights.run(run.key, async () => {
      const pools = await this.#request.shared.pools();
      return pools.run(step.pool, () => this.#runInSlot(step, run));
    });
  }

  async #runInSlot(step: S, run: StepRun<S>): Promise<StepOutcome> {
    if (this.#mustStop()) return { state: 'cancelled' };
    const results = this.#request.forced.has(step.id) && !this.#ranNow.has(run.key) ? 'refuse' : 'accept';
    const controller = new AbortController();
    this.#running.set(step.id, controller);
    try {
      const { signal } = controller;
      const outcome = await this.#orStop(run.execute({ results, watcher: this.#watcherOf(step), signal }));
      if (outcome.state === 'done' && outcome.how !== 'cached') this.#ranNow.add(run.key);
      return outcome;
    } finally {
      this.#running.delete(step.id);
    }
  }

  #watcherOf(step: S): RunWatcher {
    return {
      begin: () => {
        if (this.#mustStop()) return 'stop';
        this.#states.transition(step.id, 'running');
        return 'go';
      },
      failed: () => {
        if (this.#request.onFailure === 'stop') this.#stopping = true;
      },
    };
  }

  /** After an exception nothing new is started. */
  async #orStop<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (thrown) {
      this.#stopping = true;
      throw thrown;
    }
  }

  #mustStop(): boolean {
    return this.#stopping || this.#request.signal.aborted;
  }

  #finish(step: S, outcome: StepOutcome): void {
    this.#states.transition(step.id, outcome.state);
    this.#outcomes.set(step.id, outcome);
    if (outcome.state === 'failed' && this.#request.onFailure === 'stop') this.#stopping = true;
    if (outcome.state === 'cancelled') {
      this.#request.reporter.report({ type: 'step-cancelled', step: step.id, kind: step.kind });
    }
  }

  /** Nothing that needs a step that did not finish can run. Not recursive: a chain may be ten thousand steps long. */
  #giveUpOn(step: S, why: 'failed' | 'skipped' | 'cancelled'): void {
    const state = why === 'cancelled' ? 'cancelled' : 'skipped';
    const lost = [step];
    for (let cause = lost.pop(); cause !== undefined; cause = lost.pop()) {
      for (const dependent of this.#dependents.get(cause.id) ?? []) {
        if (this.#states.isFinished(dependent.id)) continue;
        this.#finish(dependent, { state });
        if (state === 'skipped') {
          const { id, kind } = dependent;
          this.#request.reporter.report({ type: 'step-skipped', step: id, kind, because: cause.id });
        }
        lost.push(dependent);
      }
    }
  }

  /** The steps that waited for this one only. */
  #readyAfter(step: S): readonly S[] {
    return (this.#dependents.get(step.id) ?? []).filter(({ id }) => {
      const left = (this.#waitsFor.get(id) ?? bug(`no step ${id}`)) - 1;
      this.#waitsFor.set(id, left);
      return left === 0;
    });
  }

  #inputIds(step: S): readonly StepId[] {
    return Object.values(this.#request.graph.inputs.get(step.id) ?? bug(`no step ${step.id}`));
  }

  #hasRun(id: StepId): boolean {
    const outcome = this.#outcomes.get(id);
    return outcome?.state === 'done' && outcome.how !== 'cached';
  }

  #inputsOf(step: S): Readonly<Record<string, Outputs>> {
    const inputs: Record<string, Outputs> = {};
    for (const [name, id] of Object.entries(this.#request.graph.inputs.get(step.id) ?? {})) {
      const outcome = this.#outcomes.get(id);
      if (outcome?.state !== 'done') bug(`${step.id} was started before its input ${id} was done`);
      inputs[name] = outcome.outputs;
    }
    return inputs;
  }
}
