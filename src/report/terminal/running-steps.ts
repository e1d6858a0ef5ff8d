import type { Event } from '../event.js';
import type { Picture, RunningStep } from './frame.js';

/** Kinds of steps that may ask the user something at the terminal: gpg's pinentry draws there as well. */
const ASKING: ReadonlySet<string> = new Set(['sign']);

/** What runs, by what the events say. In watch mode a build may begin while steps of the one before it still run. */
export class RunningSteps {
  readonly #running = new Map<string, RunningStep & { readonly kind: string }>();
  #steps = 0;
  #finished = 0;
  #cached = 0;
  #startedAt = 0;

  get picture(): Picture {
    return {
      running: [...this.#running.values()],
      steps: this.#steps,
      // Steps of a build that another one has taken the place of are still counted when they end.
      finished: Math.min(this.#finished, this.#steps),
      cached: this.#cached,
      startedAt: this.#startedAt,
    };
  }

  /** Whether a step may be talking to the user, so that nobody else should. */
  get mayAsk(): boolean {
    return [...this.#running.values()].some(({ kind }) => ASKING.has(kind));
  }

  /** @param now milliseconds */
  take(event: Event, now: number): void {
    switch (event.type) {
      case 'build-started':
        this.#begin(event.steps, now);
        return;
      case 'step-started': {
        const { step, kind, estimateMs } = event;
        const estimate = estimateMs === undefined ? {} : { estimateMs };
        this.#running.set(step, { step, kind, startedAt: now, ...estimate });
        return;
      }
      case 'step-progress': {
        const running = this.#running.get(event.step);
        const { type: _type, step: _step, ...progress } = event;
        if (running !== undefined) this.#running.set(event.step, { ...running, progress });
        return;
      }
      case 'step-finished':
      case 'step-failed':
      case 'step-cancelled':
      case 'step-skipped':
        this.#end(event);
        return;
      default:
      // What else happens is told in lines.
    }
  }

  #begin(steps: number, now: number): void {
    this.#steps = steps;
    this.#finished = 0;
    this.#cached = 0;
    this.#startedAt = now;
  }

  #end(event: Extract<Event, { readonly step: string; readonly kind: string }>): void {
    this.#running.delete(event.step);
    this.#finished++;
    if (event.type === 'step-finished' && event.how === 'cached') this.#cached++;
  }
}
