import {
  type BuildOutcome,
  type BuildRequest,
  type RunningBuild,
  startBuild,
} from '../../src/engine/index.js';
import { type Graph, type StepId, stepId } from '../../src/graph/index.js';
import type { Event } from '../../src/report/index.js';
import { LastRuns, MemoryActionCache, MemoryBlobStore } from '../../src/store/index.js';
import { checkEvent } from './event-schema.js';
import { MemoryExecutor, type ToyStep } from './memory-executor.js';

type Options = Partial<
  Pick<BuildRequest<ToyStep>, 'jobs' | 'onFailure' | 'signal' | 'cache' | 'shared'> & {
    readonly wanted: readonly string[];
    readonly forced: readonly string[];
  }
>;

/** Builds graphs in memory, one after the other on the same store. */
export class EngineRig {
  readonly executor = new MemoryExecutor();
  readonly cache = new MemoryActionCache();
  readonly blobs = new MemoryBlobStore();
  readonly last = LastRuns.inMemory();
  /** Of the last build. */
  events: readonly Event[] = [];
  #clock = 0;

  /** Builds every step where none are named. */
  build(graph: Graph<ToyStep>, options: Options = {}): Promise<BuildOutcome> {
    return this.start(graph, options).ended;
  }

  start(graph: Graph<ToyStep>, options: Options = {}): RunningBuild {
    const events: Event[] = [];
    this.events = events;
    const { wanted, forced, ...others } = options;
    return startBuild({
      graph,
      wanted: wanted?.map(stepId) ?? [...graph.steps.keys()],
      executor: this.executor,
      cache: this.cache,
      blobs: this.blobs,
      last: this.last,
      reporter: {
        report: (event) => {
          checkEvent(event);
          events.push(event);
        },
      },
      jobs: 4,
      onFailure: 'stop',
      forced: new Set(forced?.map(stepId)),
      signal: new AbortController().signal,
      now: () => ++this.#clock,
      logPath: (log) => `/logs/${log}`,
      ...others,
    });
  }

  /** Types of events with the step they are about. */
  told(): readonly string[] {
    return this.events.map((event) => ('step' in event ? `${event.type} ${event.step}` : event.type));
  }
}

/** `done` with how, or the other state. */
export function stateOf(outcome: BuildOutcome, name: string): string {
  const step = outcome.steps.get(stepId(name));
  if (step === undefined) return 'absent';
  return step.state === 'done' ? step.how : step.state;
}

export function states(outcome: BuildOutcome): Readonly<Record<string, string>> {
  return Object.fromEntries([...outcome.steps.keys()].map((id: StepId) => [id, stateOf(outcome, id)]));
}

/** Long enough for everything that waits for nothing but promises. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
