import { assertNever, bug } from '../base/index.js';
import type { Timeline, TimelineRest, TimelineRun } from '../store/index.js';
import type { Event, Reporter } from './event.js';
import { assignSlots } from './slots.js';

interface RecorderOptions {
  /** Milliseconds, for times and durations. */
  readonly now: () => number;
  /** The pool whose slots a step takes. */
  readonly poolOf: (step: string) => string;
}

type Run = Omit<TimelineRun, 'slot'>;

/** Notes what ran when. Slots are found afterwards, from what overlapped: pools do not number them. */
export class TimelineRecorder implements Reporter {
  readonly #options: RecorderOptions;
  readonly #began: number;
  #targets: readonly string[] = [];
  #jobs = 1;
  readonly #running = new Map<string, { readonly kind: string; readonly startMs: number }>();
  readonly #runs: Run[] = [];
  /** By step: the second pass after damage of the store tells of steps again. */
  readonly #rest = new Map<string, TimelineRest>();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#began = options.now();
  }

  report(event: Event): void {
    switch (event.type) {
      case 'build-started':
        this.#targets = event.targets;
        this.#jobs = event.jobs;
        return;
      case 'step-started':
        this.#running.set(event.step, { kind: event.kind, startMs: this.#elapsed() });
        return;
      case 'step-finished':
        if (event.how === 'ran') this.#end(event.step, 'ran');
        else this.#leave({ step: event.step, kind: event.kind, how: 'cached', savedMs: event.durationMs });
        return;
      case 'step-failed':
        if (event.how === 'ran') this.#end(event.step, 'failed');
        else this.#leave({ step: event.step, kind: event.kind, how: 'failed' });
        return;
      case 'step-skipped':
        this.#leave({ step: event.step, kind: event.kind, how: 'skipped' });
        return;
      case 'step-cancelled':
        if (this.#running.has(event.step)) this.#end(event.step, 'cancelled');
        else this.#leave({ step: event.step, kind: event.kind, how: 'cancelled' });
        return;
      case 'step-waiting':
      case 'step-output':
      case 'step-progress':
      case 'warning':
      case 'watch-changed':
      case 'watch-broken':
      case 'lock':
      case 'watch-waiting':
      case 'target-finished':
      case 'build-finished':
      case 'store-limit':
      case 'store-collected':
        return;
      default:
        assertNever(event);
    }
  }

  /** What was recorded up to now; nothing when no step was at work. */
  timeline(): Timeline | undefined {
    for (const step of [...this.#running.keys()]) this.#end(step, 'cancelled');
    if (this.#runs.length === 0) return undefined;
    const worked = new Set(this.#runs.map(({ step }) => step));
    return {
      targets: this.#targets,
      jobs: this.#jobs,
      durationMs: this.#elapsed(),
      runs: withSlots(this.#runs),
      rest: [...this.#rest.values()].filter(({ step }) => !worked.has(step)),
    };
  }

  #end(step: string, how: Run['how']): void {
    const begun = this.#running.get(step);
    if (begun === undefined) return;
    this.#running.delete(step);
    this.#runs.push({ step, how, pool: this.#options.poolOf(step), endMs: this.#elapsed(), ...begun });
  }

  #leave(rest: TimelineRest): void {
    this.#rest.set(rest.step, rest);
  }

  #elapsed(): number {
    return Math.round(this.#options.now() - this.#began);
  }
}

function withSlots(runs: readonly Run[]): readonly TimelineRun[] {
  return [...new Set(runs.map(({ pool }) => pool))]
    .flatMap((pool) => {
      const ofPool = runs.filter((run) => run.pool === pool);
      const slots = assignSlots(ofPool);
      return ofPool.map((run, index) => ({ ...run, slot: slots[index] ?? bug(`no slot for ${run.step}`) }));
    })
    .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}
