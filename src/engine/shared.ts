import type { FailureMemory } from './failure-memory.js';
import { Flights } from './flights.js';
import type { Pools } from './pools.js';

/** What builds that follow one another in one process have in common: slots, keys being worked on, known failures. */
export class SharedRun {
  readonly flights = new Flights();
  /** Absent: every failed step is run again. */
  readonly failures: FailureMemory | undefined;
  readonly #jobs: number;
  #pools: Promise<Pools> | undefined;

  constructor(options: { readonly jobs: number; readonly failures?: FailureMemory }) {
    this.#jobs = options.jobs;
    this.failures = options.failures;
  }

  /** Loaded with the first step that has to run: a build with nothing to do needs no slots. */
  pools(): Promise<Pools> {
    this.#pools ??= import('./pools.js').then(({ Pools, poolSizes }) => new Pools(poolSizes(this.#jobs)));
    return this.#pools;
  }
}
