import type { Event, Reporter } from './event.js';

/** Tells several reporters: the screen and a log file. */
export class TeeReporter implements Reporter {
  readonly #reporters: readonly Reporter[];

  constructor(reporters: readonly Reporter[]) {
    this.#reporters = reporters;
  }

  report(event: Event): void {
    for (const reporter of this.#reporters) reporter.report(event);
  }
}
