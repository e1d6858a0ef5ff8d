import type { Event, Reporter } from './event.js';
import { renderFailure } from './render.js';

/** The version of the event stream; it goes up when a field changes its meaning or goes. */
const FORMAT = 1;

/** One JSON object a line: the events as they are, bytes as text, and failures with their sentence. */
export class JsonReporter implements Reporter {
  readonly #out: (line: string) => void;

  constructor(out: (line: string) => void) {
    this.#out = out;
  }

  report(event: Event): void {
    this.#out(JSON.stringify(plainEvent(event)));
  }
}

function plainEvent(event: Event): object {
  switch (event.type) {
    case 'build-started':
      return { ...event, format: FORMAT };
    case 'step-output':
      return { type: event.type, step: event.step, text: Buffer.from(event.chunk).toString('utf8') };
    case 'step-failed':
    case 'watch-broken':
      return { ...event, message: renderFailure(event.failure).headline };
    default:
      return event;
  }
}
