import type { Digest } from '../base/index.js';
import type { AnyStep } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import type { ActionResult, Claim, Outputs } from '../store/index.js';
import { actionKey } from './action.js';
import type { Attempt, StepOutcome } from './build.js';
import { LogBuffer } from './log-buffer.js';

/**
 * What a run asks and tells at the very moment and not when its promise settles: between the two another step could
 * start that must not.
 */
export interface RunWatcher {
  /** There is work to do. The build may have been stopped while the key was waited for. */
  begin(): 'go' | 'stop';
  failed(): void;
}

/** One step in one build: its key, the look-up, the run, and the record of both. It knows nothing of other steps. */
export class StepRun<S extends AnyStep> {
  readonly key: Digest;
  readonly #document: string;
  readonly #request: Attempt<S>;
  readonly #step: S;
  readonly #inputs: Readonly<Record<string, Outputs>>;
  /** Set once the key was found with a result that something outside the store no longer matched. */
  #known = false;

  constructor(request: Attempt<S>, step: S, inputs: Readonly<Record<string, Outputs>>) {
    const { key, document } = actionKey(request.executor.describe(step, inputs));
    this.key = key;
    this.#document = document;
    this.#request = request;
    this.#step = step;
    this.#inputs = inputs;
  }

  async findCached(): Promise<StepOutcome | undefined> {
    if (this.#request.forced.has(this.#step.id)) return undefined;
    const result = await this.#request.cache.read(this.key);
    if (result === undefined) return undefined;
    this.#known = true;
    return (await this.#isUsable(result)) ? this.#finishCached(result) : undefined;
  }

  /**
   * Runs the step under the claim on its key, unless another process has just done so.
   * @param results `refuse`: whatever the cache has does not count
   */
  async execute(results: 'accept' | 'refuse', watcher: RunWatcher): Promise<StepOutcome> {
    const { cache, signal } = this.#request;
    try {
      const usable = (result: ActionResult) =>
        results === 'refuse' ? Promise.resolve(false) : this.#isUsable(result);
      const lookup = await cache.lookup(this.key, usable, signal);
      if (lookup.kind === 'hit') return await this.#finishCached(lookup.result);
      return await this.#runUnder(lookup.claim, watcher).finally(() => lookup.claim.release());
    } catch (thrown) {
      if (signal.aborted) return { state: 'cancelled' };
      throw thrown;
    }
  }

  async #runUnder(claim: Claim, watcher: RunWatcher): Promise<StepOutcome> {
    if (watcher.begin() === 'stop') return { state: 'cancelled' };
    const { reporter, executor, now, signal } = this.#request;
    const { id, kind } = this.#step;
    reporter.report({ type: 'step-started', step: id, kind });
    const started = now();
    const log = new LogBuffer();
    const output = (chunk: Uint8Array) => {
      log.add(chunk);
      reporter.report({ type: 'step-output', step: id, chunk });
    };
    const warn = (message: string) => reporter.report({ type: 'warning', step: id, message });
    const ended = await executor.run(this.#step, { inputs: this.#inputs, output, warn, signal });
    // A program that was stopped half way ends in many ways; none of them is the step's own failure.
    const isCancelled = !ended.ok && (ended.error.kind === 'cancelled' || signal.aborted);
    if (!ended.ok && !isCancelled) watcher.failed();
    const ending = { durationMs: Math.round(now() - started), log: await this.#keepLog(log) };
    if (ended.ok) return this.#finishRan(claim, { outputs: ended.value, ...ending });
    return isCancelled ? { state: 'cancelled' } : this.#finishFailed(ended.error, ending);
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

  async #finishFailed(failure: Failure, run: Pick<Ran, 'durationMs' | 'log'>): Promise<StepOutcome> {
    if (failure.kind === 'store-damaged' && this.#request.onDamage === 'retry') {
      const message = `the store was damaged and is mended: ${failure.detail}`;
      this.#request.reporter.report({ type: 'warning', step: this.#step.id, message });
      return { state: 'failed', failure };
    }
    await this.#remember('failed', run);
    this.#request.reporter.report({
      type: 'step-failed',
      step: this.#step.id,
      kind: this.#step.kind,
      failure,
      durationMs: run.durationMs,
      ...(run.log === undefined ? {} : { log: this.#request.logPath(run.log) }),
    });
    return { state: 'failed', failure };
  }

  async #finishCached(result: ActionResult): Promise<StepOutcome> {
    const { outputs, durationMs, log } = result;
    await this.#remember('done', { durationMs, log });
    const { id, kind } = this.#step;
    this.#request.reporter.report({ type: 'step-finished', step: id, kind, how: 'cached', durationMs });
    return { state: 'done', how: 'cached', outputs, durationMs };
  }

  #isUsable(result: ActionResult): Promise<boolean> {
    return this.#request.executor.isUsable(this.#step, result.outputs);
  }

  async #keepLog(log: LogBuffer): Promise<Digest | undefined> {
    return log.isEmpty ? undefined : this.#request.blobs.put(log.bytes());
  }

  async #remember(outcome: 'done' | 'failed', run: Pick<Ran, 'durationMs' | 'log'>): Promise<void> {
    const { durationMs, log } = run;
    const record = { key: this.key, action: this.#document, outcome, durationMs };
    await this.#request.last.set(this.#step.id, log === undefined ? record : { ...record, log });
  }
}

interface Ran {
  readonly outputs: Outputs;
  readonly durationMs: number;
  readonly log: Digest | undefined;
}
