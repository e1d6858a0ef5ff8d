import type { Event, Reporter } from './event.js';

/** Bytes of output that are kept for later; the logs of the steps have all of it. */
const MOST_OUTPUT = 4 * 1024 * 1024;

/** Keeps events back while somebody else has the terminal, and tells them afterwards, in order. */
export class HeldReporter implements Reporter {
  readonly #inner: Reporter;
  #held: Event[] | undefined;
  #output = 0;
  #isOutputLost = false;

  constructor(inner: Reporter) {
    this.#inner = inner;
  }

  hold(): void {
    this.#held ??= [];
  }

  letGo(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const event of held) this.#inner.report(event);
    if (this.#isOutputLost) {
      const message = 'some output of steps that ran meanwhile is not shown; mkve log has all of it';
      this.#inner.report({ type: 'warning', message });
    }
    this.#output = 0;
    this.#isOutputLost = false;
  }

  report(event: Event): void {
    if (this.#held === undefined) this.#inner.report(event);
    else if (this.#isWorthKeeping(event)) this.#held.push(event);
  }

  #isWorthKeeping(event: Event): boolean {
    if (event.type === 'step-progress') return false;
    if (event.type !== 'step-output') return true;
    this.#output += event.chunk.length;
    if (this.#output <= MOST_OUTPUT) return true;
    this.#isOutputLost = true;
    return false;
  }
}
