import type { Event } from './event.js';
import { count, formatDuration } from './format.js';

type Finished = Extract<Event, { type: 'build-finished' }>;

/** So many of the slowest steps are worth naming. */
const MOST_NAMED = 3;
/** Below this nobody waits for a step. */
const WORTH_NAMING_MS = 100;

/** What is to be said when a build is over. */
export class Tally {
  readonly #ran: { readonly step: string; readonly durationMs: number }[] = [];
  readonly #targets = new Map<string, number>();

  take(event: Event): void {
    if (event.type === 'build-started') {
      this.#ran.length = 0;
      this.#targets.clear();
    } else if (event.type === 'step-finished' && event.how === 'ran') this.#ran.push(event);
    else if (event.type === 'target-finished')
      this.#targets.set(event.how, (this.#targets.get(event.how) ?? 0) + 1);
  }

  /** `t/lxc:packages 12.3 s, t/lxc:pack 2.10 s`; nothing when no step took long, or there was but one. */
  slowest(): string | undefined {
    if (this.#ran.length < 2) return undefined;
    const slow = this.#ran
      .filter(({ durationMs }) => durationMs >= WORTH_NAMING_MS)
      .toSorted((a, b) => b.durationMs - a.durationMs)
      .slice(0, MOST_NAMED);
    if (slow.length === 0) return undefined;
    return slow.map(({ step, durationMs }) => `${step} ${formatDuration(durationMs)}`).join(', ');
  }

  /** `2 targets built, 1 current`; empty when there was no target. */
  targets(): string {
    const built = this.#targets.get('built') ?? 0;
    const others = {
      'up-to-date': 'current',
      restored: 'restored',
      failed: 'failed',
      cancelled: 'cancelled',
    };
    const parts = Object.entries(others).flatMap(([how, word]) => {
      const many = this.#targets.get(how) ?? 0;
      return many === 0 ? [] : [`${many} ${word}`];
    });
    if (built === 0 && parts.length === 0) return '';
    return [`${count(built, 'target')} built`, ...parts].join(', ');
  }
}

/** `5 steps ran, 12 cached (saving 31.4 s), in 1.62 s` */
export function summaryOf(event: Finished): string {
  const parts = [
    `${count(event.ran, 'step')} ran`,
    `${event.cached} cached${event.savedMs > 0 ? ` (saving ${formatDuration(event.savedMs)})` : ''}`,
    ...(event.failed > 0 ? [`${event.failed} failed`] : []),
    ...(event.skipped > 0 ? [`${event.skipped} skipped`] : []),
  ];
  return `${parts.join(', ')}, in ${formatDuration(event.durationMs)}`;
}
