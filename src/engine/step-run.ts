import type { Digest } from '../base/index.js';
import type { AnyStep, StepId } from '../graph/index.js';
import { type Failure, LogBuffer, type Progress, systemFailure, type Why } from '../report/index.js';
import type { ActionResult, Claim, LastRun, Outputs } from '../store/index.js';
import { actionKey } from './action.js';
import type { Attempt, StepOutcome } from './build.js';
import type { KnownFailure } from './failure-memory.js';
import { whyDirty } from './why.js';

/**
 * What a run asks and tells at the very moment and not when its promise settles: between the two another step could
 * start that must not.
 */
export interface RunWatcher {
  /** There is work to do. The build may have been stopped while the key was waited for. */
  begin(): 'go' | 'stop';
  failed(): void;
}

/** What a step starts from. */
export interface StepInputs {
  /** Results by the purpose they serve. */
  readonly inputs: Readonly<Record<string, Outputs>>;
  /** Those inputs that were not in the cache. */
  readonly ranInputs: readonly StepId[];
}

interface Execution {
  /** `refuse`: whatever the cache has does not count. */
  readonly results: 'accept' | 'refuse';
  readonly watcher: RunWatcher;
  readonly signal: AbortSignal;
}

/** One step in one build: its key, the look-up, the run, and the record of both. It knows nothing of other steps. */
export class StepRun<S extends AnyStep> {
  readonly key: Digest;
  readonly #document: string;
  readonly #request: Attempt<S>;
  readonly #step: S;
  readonly #from: StepInputs;
  /** Set once the key was found with a result that something outside the store no longer matched. */
  #known = false;

  constructor(request: Attempt<S>, step: S, from: StepInputs) {
    const { key, document } = actionKey(request.executor.describe(step, from.inputs));
    this.key = key;
    this.#document = document;
    this.#request = request;
    this.#step = step;
    this.#from = from;
  }

  /** How it ends without running: its result is given or in the cache, or its key is known to fail. */
  async findKnown(): Promise<StepOutcome | undefined> {
    const given = this.#request.executor.given(this.#step, this.#from.inputs);
    if (given !== undefined) return this.#finishGiven(given);
    if (this.#isForced) return undefined;
    const result = await this.#request.cache.read(this.key);
    if (result === undefined) return this.#findFailure();
    this.#known = true;
    return (await this.#isUsable(result)) ? this.#finishCached(result) : undefined;
  }

  /** Runs the step under the claim on its key, unless an equal step or another process has just done so. */
  async execute(execution: Execution): Promise<StepOutcome> {
    const { results, signal } = execution;
    try {
      const usable = (result: ActionResult) =>
        results === 'refuse' ? Promise.resolve(false) : this.#isUsable(result);
      const known = results === 'refuse' ? undefined : await this.#findFailure();
      if (known !== undefined) return known;
      const { id, kind } = this.#step;
      const onWait = () => this.#request.reporter.report({ type: 'step-waiting', step: id, kind });
      const lookup = await this.#request.cache.lookup(this.key, usable, { signal, onWait });
      if (lookup.kind === 'hit') return await this.#finishCached(lookup.result);
      return await this.#runUnder(lookup.claim, execution).finally(() => lookup.claim.release());
    } catch (thrown) {
      if (signal.aborted) return { state: 'cancelled' };
      const failure = systemFailure(thrown);
      if (failure === undefined) throw thrown;
      execution.watcher.failed();
      return this.#reportFailed({ failure, durationMs: 0, log: undefined }, 'ran');
    }
  }

  async #runUnder(claim: Claim, { watcher, signal }: Execution): Promise<StepOutcome> {
    const last = await this.#request.last.before(this.#step.id);
    const why = this.#why(last);
    // From here to the start of the work nothing is waited for.
    if (watcher.begin() === 'stop') return { state: 'cancelled' };
    const { reporter, executor, now } = this.#request;
    const { id, kind } = this.#step;
    const estimate = last?.outcome === 'done' ? { estimateMs: last.durationMs } : {};
    reporter.report({ type: 'step-started', step: id, kind, why, ...estimate });
    const started = now();
    const log = new LogBuffer();
    const output = (chunk: Uint8Array) => {
      log.add(chunk);
      reporter.report({ type: 'step-output', step: id, chunk });
    };
    const warn = (message: string) => reporter.report({ type: 'warning', step: id, message });
    const progress = (made: Progress) => reporter.report({ type: 'step-progress', step: id, ...made });
    const ended = await executor.run(this.#step, {
      inputs: this.#from.inputs,
      output,
      warn,
      progress,
      signal,
    });
    // A program that was stopped half way ends in many ways; none of them is the step's own failure.
    const isCancelled = !ended.ok && (ended.error.kind === 'cancelled' || signal.aborted);
    if (!ended.ok && !isCancelled) watcher.failed();
    const ending = { why, durationMs: Math.round(now() - started), log: await this.#keepLog(log) };
    if (ended.ok) return this.#finishRan(claim, { outputs: ended.value, ...ending });
    return isCancelled ? { state: 'cancelled' } : this.#finishFailed(ended.error, ending);
  }

  #why(last: LastRun | undefined): Why {
    const { key } = this;
    const { executor } = this.#request;
    const { ranInputs } = this.#from;
    return whyDirty({
      step: this.#step,
      key,
      document: this.#document,
      last,
      isForced: this.#isForced,
      ranInputs,
      executor,
    });
  }

  get #isForced(): boolean {
    return this.#request.forced.has(this.#step.id);
  }

  async #finishRan(claim: Claim, run: Ran): Promise<StepOutcome> {
    const { durationMs, outputs, log } = run;
    await claim.publish({
      action: this.#document,
      outputs,
      durationMs,
      ...(log === undefined ? {} : { log }),
    });
    await this.#remember('done', run);
    const { id, kind } = this.#step;
    this.#request.reporter.report({ type: 'step-finished', step: id, kind, how: 'ran', durationMs });
    return { state: 'done', how: this.#known ? 'restored' : 'ran', outputs, durationMs };
  }

  async #finishFailed(failure: Failure, run: Omit<Ran, 'outputs'>): Promise<StepOutcome> {
    if (failure.kind === 'store-damaged' && this.#request.onDamage === 'retry') {
      const message = `the store was damaged and is mended: ${failure.detail}`;
      const { id, kind } = this.#step;
      this.#request.reporter.report({ type: 'warning', step: id, message });
      this.#request.reporter.report({ type: 'step-cancelled', step: id, kind });
      return { state: 'failed', failure };
    }
    await this.#remember('failed', run);
    const known = { failure, durationMs: run.durationMs, log: run.log };
    this.#request.shared.failures?.remember(this.key, known);
    return this.#reportFailed(known, 'ran');
  }

  /** Only a process that builds again and again remembers failures. */
  async #findFailure(): Promise<StepOutcome | undefined> {
    const known = this.#request.shared.failures?.recall(this.key);
    return known === undefined ? undefined : this.#reportFailed(known, 'remembered');
  }

  #reportFailed({ failure, durationMs, log }: KnownFailure, how: 'ran' | 'remembered'): StepOutcome {
    const { id, kind } = this.#step;
    const path = log === undefined ? {} : { log: this.#request.logPath(log) };
    this.#request.reporter.report({ type: 'step-failed', step: id, kind, how, failure, durationMs, ...path });
    return { state: 'failed', failure };
  }

  /** No run of it is remembered, since there was none: the last one stays what explain and log tell of. */
  #finishGiven(outputs: Outputs): StepOutcome {
    const { id, kind } = this.#step;
    this.#request.reporter.report({ type: 'step-finished', step: id, kind, how: 'cached', durationMs: 0 });
    return { state: 'done', how: 'cached', outputs, durationMs: 0 };
  }

  async #finishCached(result: ActionResult): Promise<StepOutcome> {
    const { outputs, durationMs, log } = result;
    const { id, kind } = this.#step;
    const cutoff = await this.#cutoff();
    await this.#remember('done', { durationMs, log });
    if (cutoff !== undefined) await this.#request.last.noteCutoff(id, cutoff);
    const event = { type: 'step-finished', step: id, kind, how: 'cached', durationMs } as const;
    this.#request.reporter.report(cutoff === undefined ? event : { ...event, cutoff });
    return { state: 'done', how: 'cached', outputs, durationMs };
  }

  /** The inputs that ran for nothing: the key is still the one of the last build. */
  async #cutoff(): Promise<readonly StepId[] | undefined> {
    const { ranInputs } = this.#from;
    if (ranInputs.length === 0) return undefined;
    const last = await this.#request.last.get(this.#step.id);
    return last?.key === this.key ? ranInputs : undefined;
  }

  #isUsable(result: ActionResult): Promise<boolean> {
    return this.#request.executor.isUsable(this.#step, result.outputs);
  }

  async #keepLog(log: LogBuffer): Promise<Digest | undefined> {
    return log.isEmpty ? undefined : this.#request.blobs.put(log.bytes());
  }

  /** @param run.why absent for a hit */
  async #remember(
    outcome: 'done' | 'failed',
    { durationMs, log, why }: Omit<Ran, 'outputs' | 'why'> & { readonly why?: Why },
  ): Promise<void> {
    await this.#request.last.set(this.#step.id, {
      key: this.key,
      action: this.#document,
      outcome,
      durationMs,
      ...(log === undefined ? {} : { log }),
      ...(why === undefined || why.kind === 'changed' ? {} : { cause: why.kind }),
    });
  }
}

interface Ran {
  readonly why: Why;
  readonly outputs: Outputs;
  readonly durationMs: number;
  readonly log: Digest | undefined;
}
