import { StringDecoder } from 'node:string_decoder';

import type { Event, Reporter } from './event.js';
import type { Failure } from './failure.js';
import { EVENT_FORMAT, jsonLine } from './json-line.js';
import { renderFailure } from './render.js';

/** One JSON object a line: the events, with bytes as text and failures in words. docs/events.md describes them. */
export class JsonReporter implements Reporter {
  readonly #out: (line: string) => void;
  /** One a step, since a character may lie in two chunks. */
  readonly #decoders = new Map<string, StringDecoder>();

  constructor(out: (line: string) => void) {
    this.#out = out;
  }

  report(event: Event): void {
    switch (event.type) {
      case 'build-started':
        this.#print({ ...event, format: EVENT_FORMAT });
        return;
      case 'step-output':
        this.#output(event.step, this.#decoderOf(event.step).write(event.chunk));
        return;
      case 'step-finished':
      case 'step-cancelled':
        this.#endOutput(event.step);
        this.#print(event);
        return;
      case 'step-failed':
        this.#endOutput(event.step);
        this.#print({ ...event, failure: plainFailure(event.failure) });
        return;
      case 'watch-broken':
        this.#print({ ...event, failure: plainFailure(event.failure) });
        return;
      default:
        this.#print(event);
    }
  }

  #decoderOf(step: string): StringDecoder {
    let decoder = this.#decoders.get(step);
    if (decoder === undefined) {
      decoder = new StringDecoder('utf8');
      this.#decoders.set(step, decoder);
    }
    return decoder;
  }

  #endOutput(step: string): void {
    this.#output(step, this.#decoders.get(step)?.end() ?? '');
    this.#decoders.delete(step);
  }

  #output(step: string, text: string): void {
    if (text !== '') this.#print({ type: 'step-output', step, text });
  }

  #print<T extends { readonly type: string }>(object: T): void {
    this.#out(jsonLine(object));
  }
}

/** What programs may rely on: the kind, a sentence, and lines that help people. The rest of a failure may change. */
function plainFailure(failure: Failure): object {
  const { headline, details } = renderFailure(failure, 'apart');
  return { kind: failure.kind, message: headline, details };
}
