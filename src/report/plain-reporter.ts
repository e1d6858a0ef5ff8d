import { assertNever } from '../base/index.js';
import type { Event, Reporter } from './event.js';
import type { Failure } from './failure.js';
import { count, formatDuration, formatSize } from './format.js';
import { LineSplitter } from './line-splitter.js';
import { renderFailure } from './render.js';
import { describeWhy } from './why-words.js';

export type Verbosity = 'quiet' | 'normal' | 'verbose';

interface PlainOptions {
  readonly verbosity: Verbosity;
  /** Whether the reason stands beside each step that runs; `verbose` shows it too. */
  readonly reasons?: 'shown' | 'hidden';
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/**
 * A line an event, for pipes, logs and CI. Lines of different steps are never mixed: output of steps is shown only
 * when asked for, whole lines at a time, each with the name of its step.
 */
export class PlainReporter implements Reporter {
  readonly #options: PlainOptions;
  readonly #splitters = new Map<string, LineSplitter>();
  /** What was found in the cache before anything ran: worth a line each only if something does run. */
  readonly #cachedFirst: string[] = [];
  #somethingRan = false;

  constructor(options: PlainOptions) {
    this.#options = options;
  }

  report(event: Event): void {
    switch (event.type) {
      case 'build-started':
        return;
      case 'step-started':
        this.#showCached();
        this.#say(`run      ${event.step}${this.#reason(describeWhy(event.why, event.kind))}`);
        return;
      case 'step-output':
        this.#showOutput(event.step, event.chunk);
        return;
      case 'step-finished':
        this.#finished(event);
        return;
      case 'step-failed':
        this.#failed(event);
        return;
      case 'step-skipped':
        // The summary counts them; the failure above is what matters.
        this.#verbose(`skipped  ${event.step} (needs ${event.because})`);
        return;
      case 'step-cancelled':
        this.#verbose(`stopped  ${event.step}`);
        return;
      case 'warning':
        this.#options.err(`warning: ${event.step === undefined ? '' : `${event.step}: `}${event.message}`);
        return;
      case 'watch-changed':
        this.#say(`changed  ${changedPhrase(event.paths)}`);
        return;
      case 'watch-broken':
        this.#failure('', event.failure);
        return;
      case 'watch-waiting':
        this.#say(
          `waiting  for changes; ${count(event.targets, 'target')}, ${count(event.paths, 'path')} watched`,
        );
        return;
      case 'target-finished':
        this.#target(event);
        return;
      case 'build-finished':
        this.#say(summary(event));
        return;
      default:
        assertNever(event);
    }
  }

  #finished(event: Extract<Event, { type: 'step-finished' }>): void {
    this.#flushOutput(event.step);
    if (event.how === 'ran') {
      this.#say(`ran      ${event.step} in ${formatDuration(event.durationMs)}`);
      return;
    }
    const cutoff = event.cutoff === undefined ? '' : this.#reason(cutoffPhrase(event.cutoff));
    const line = `cached   ${event.step}${cutoff}`;
    if (this.#somethingRan || this.#options.verbosity === 'verbose') this.#say(line);
    else this.#cachedFirst.push(line);
  }

  #showCached(): void {
    this.#somethingRan = true;
    for (const line of this.#cachedFirst.splice(0)) this.#say(line);
  }

  #failed(event: Extract<Event, { type: 'step-failed' }>): void {
    this.#flushOutput(event.step);
    const again = event.how === 'remembered' ? ' (as before; not run again until something changes)' : '';
    this.#failure(`${event.step}: `, event.failure, again);
    if (event.log !== undefined) this.#options.err(`    whole output: ${event.log}`);
  }

  #failure(about: string, failure: Failure, again = ''): void {
    const { headline, details } = renderFailure(failure);
    this.#options.err(`FAILED   ${about}${headline}${again}`);
    for (const line of details) this.#options.err(`    ${line}`);
  }

  #target(event: Extract<Event, { type: 'target-finished' }>): void {
    const size = event.size === undefined ? '' : ` (${formatSize(event.size)})`;
    if (event.how === 'failed' || event.how === 'cancelled') {
      this.#say(`${event.how.padEnd(8)} ${event.target}`);
      return;
    }
    const how = { built: 'built', 'up-to-date': 'current', restored: 'restored' }[event.how];
    this.#say(`${how.padEnd(8)} ${event.target} -> ${event.output}${size}`);
  }

  #showOutput(step: string, chunk: Uint8Array): void {
    if (this.#options.verbosity !== 'verbose') return;
    let splitter = this.#splitters.get(step);
    if (splitter === undefined) {
      splitter = new LineSplitter((line) => this.#options.out(`${step} | ${line}`));
      this.#splitters.set(step, splitter);
    }
    splitter.write(chunk);
  }

  #flushOutput(step: string): void {
    this.#splitters.get(step)?.end();
  }

  #reason(phrase: string): string {
    const { reasons, verbosity } = this.#options;
    return reasons === 'shown' || verbosity === 'verbose' ? ` (${phrase})` : '';
  }

  #verbose(line: string): void {
    if (this.#options.verbosity === 'verbose') this.#options.out(line);
  }

  #say(line: string): void {
    if (this.#options.verbosity !== 'quiet') this.#options.out(line);
  }
}

const MOST_PATHS = 3;

function changedPhrase(paths: readonly string[]): string {
  const more = paths.length - MOST_PATHS;
  const shown = paths.slice(0, MOST_PATHS).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function cutoffPhrase(steps: readonly string[]): string {
  return `early cutoff: ${steps.join(', ')} ran and left what it had left before`;
}

function summary(event: Extract<Event, { type: 'build-finished' }>): string {
  const parts = [
    `${count(event.ran, 'step')} ran`,
    `${event.cached} cached${event.savedMs > 0 ? ` (saving ${formatDuration(event.savedMs)})` : ''}`,
    ...(event.failed > 0 ? [`${event.failed} failed`] : []),
    ...(event.skipped > 0 ? [`${event.skipped} skipped`] : []),
  ];
  return `${parts.join(', ')}, in ${formatDuration(event.durationMs)}`;
}
