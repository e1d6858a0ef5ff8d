import { assertNever } from '../base/index.js';
import type { Event, Reporter } from './event.js';
import type { Failure } from './failure.js';
import type { Folding } from './folding.js';
import { count, formatDuration, formatSize } from './format.js';
import { LineSplitter } from './line-splitter.js';
import { type Paint, painter, type Style } from './paint.js';
import { changedPhrase, changePhrases, cutoffPhrase, storePhrase, waitingPhrase } from './phrases.js';
import { renderFailure } from './render.js';
import { StepOutputs } from './step-outputs.js';
import { summaryOf, Tally } from './tally.js';
import { visible } from './visible.js';
import { describeWhy } from './why-words.js';

export type Verbosity = 'quiet' | 'normal' | 'verbose';

export interface PlainOptions {
  readonly verbosity: Verbosity;
  /** Whether the reason stands beside each step that runs; `verbose` shows it too. */
  readonly reasons?: 'shown' | 'hidden';
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Without it there are no colours. */
  readonly paint?: Paint;
  /** With it the output of every step that ran is shown, folded. */
  readonly folding?: Folding;
  /** On a `terminal` running steps are shown elsewhere, and the summary says more. Default: `lines`. */
  readonly medium?: 'lines' | 'terminal';
}

/**
 * A line an event, for pipes, logs and CI. Lines of different steps are never mixed: while steps run their output is
 * shown only when asked for, whole lines at a time, each with the name of its step; that of a step that failed is
 * shown in one piece.
 */
export class PlainReporter implements Reporter {
  readonly #options: PlainOptions;
  readonly #paint: Paint;
  readonly #splitters = new Map<string, LineSplitter>();
  readonly #outputs = new StepOutputs();
  readonly #tally = new Tally();
  /** Of running steps, where their line comes when they are done. */
  readonly #reasons = new Map<string, string>();
  /** What was found in the cache before anything ran: worth a line each only if something does run. */
  readonly #cachedFirst: string[] = [];
  #somethingRan = false;

  constructor(options: PlainOptions) {
    this.#options = options;
    this.#paint = options.paint ?? painter('plain');
  }

  report(event: Event): void {
    this.#tally.take(event);
    switch (event.type) {
      case 'build-started':
        this.#cachedFirst.length = 0;
        this.#somethingRan = false;
        return;
      case 'step-waiting':
        this.#say(this.#line('faint', 'waiting', `${event.step} (another process is at work on it)`));
        return;
      case 'step-started':
        this.#started(event);
        return;
      case 'step-output':
        this.#takeOutput(event.step, event.chunk);
        return;
      case 'step-progress':
        return;
      case 'step-finished':
        this.#finished(event);
        return;
      case 'step-failed':
        this.#failed(event);
        return;
      case 'step-skipped':
        // The summary counts them; the failure above is what matters.
        this.#verbose(this.#line('faint', 'skipped', `${event.step} (needs ${event.because})`));
        return;
      case 'step-cancelled':
        this.#endOutput(event.step);
        this.#verbose(this.#line('faint', 'stopped', event.step));
        return;
      case 'warning':
        this.#warn(event);
        return;
      case 'lock':
        this.#lock(event);
        return;
      case 'watch-changed':
        this.#say(this.#line('faint', 'changed', changedPhrase(event.paths)));
        return;
      case 'watch-broken':
        this.#failure('', event.failure);
        return;
      case 'watch-waiting':
        this.#say(this.#line('faint', 'waiting', waitingPhrase(event)));
        return;
      case 'target-finished':
        this.#target(event);
        return;
      case 'build-finished':
        this.#summary(event);
        return;
      case 'store-limit':
      case 'store-collected':
        this.#say(this.#line('faint', 'store', storePhrase(event)));
        return;
      default:
        assertNever(event);
    }
  }

  #started({ step, kind, why }: Extract<Event, { type: 'step-started' }>): void {
    this.#somethingRan = true;
    for (const line of this.#cachedFirst.splice(0)) this.#say(line);
    const reason = this.#reason(describeWhy(why, kind));
    if (this.#options.medium === 'terminal') this.#reasons.set(step, reason);
    else this.#say(this.#line('run', 'run', `${step}${reason}`));
  }

  #finished(event: Extract<Event, { type: 'step-finished' }>): void {
    const output = this.#endOutput(event.step);
    if (event.how === 'ran') {
      const reason = this.#reasons.get(event.step) ?? '';
      const words = `${event.step} in ${formatDuration(event.durationMs)}${reason}`;
      this.#ran(this.#line('done', 'ran', words), output);
      return;
    }
    const cutoff = event.cutoff === undefined ? '' : this.#reason(cutoffPhrase(event.cutoff));
    const line = this.#line('cached', 'cached', `${event.step}${cutoff}`);
    if (this.#somethingRan || this.#options.verbosity === 'verbose') this.#say(line);
    else this.#cachedFirst.push(line);
  }

  #ran(line: string, output: readonly string[]): void {
    const { folding, verbosity, out } = this.#options;
    if (folding === undefined || output.length === 0 || verbosity === 'quiet') {
      this.#say(line);
      return;
    }
    out(folding.open(line));
    for (const written of output) this.#out(visible(written));
    out(folding.close());
  }

  #failed(event: Extract<Event, { type: 'step-failed' }>): void {
    const output = this.#endOutput(event.step);
    const again = event.how === 'remembered' ? ' (as before; not run again until something changes)' : '';
    const shown = output.length > 0 ? 'apart' : 'last-lines';
    const headline = this.#failure(`${event.step}: `, event.failure, { again, shown });
    if (output.length > 0) this.#err('    its output:');
    for (const line of output) this.#err(visible(`      ${line}`));
    if (event.log !== undefined) this.#err(visible(`    whole output: ${event.log}`));
    const mark = this.#options.folding?.mark(visible(event.step), visible(headline));
    if (mark !== undefined) this.#options.err(mark);
  }

  #failure(
    about: string,
    failure: Failure,
    how: { readonly again: string; readonly shown: 'apart' | 'last-lines' } = {
      again: '',
      shown: 'last-lines',
    },
  ): string {
    const { headline, details } = renderFailure(failure, how.shown);
    this.#err(this.#line('failed', 'FAILED', `${about}${headline}${how.again}`));
    for (const line of details) this.#err(visible(`    ${line}`));
    return headline;
  }

  #warn({ step, message }: Extract<Event, { type: 'warning' }>): void {
    const text = visible(`${step === undefined ? '' : `${step}: `}${message}`);
    this.#err(`${this.#paint('warning', 'warning:')} ${text}`);
  }

  #lock({ file, how, packages, changes }: Extract<Event, { type: 'lock' }>): void {
    const word = how === 'written' ? 'locked' : 'current';
    this.#say(this.#line('done', word, `${file}: ${count(packages, 'package')}`));
    for (const line of changePhrases(changes)) this.#say(visible(`    ${line}`));
  }

  #target(event: Extract<Event, { type: 'target-finished' }>): void {
    const size = event.size === undefined ? '' : ` (${formatSize(event.size)})`;
    if (event.how === 'failed' || event.how === 'cancelled') {
      this.#say(this.#line('failed', event.how, event.target));
      return;
    }
    const how = { built: 'built', 'up-to-date': 'current', restored: 'restored' }[event.how];
    this.#say(this.#line('done', how, `${event.target} -> ${event.output}${size}`));
  }

  #summary(event: Extract<Event, { type: 'build-finished' }>): void {
    if (this.#options.medium !== 'terminal') {
      this.#say(summaryOf(event));
      return;
    }
    const slowest = this.#tally.slowest();
    if (slowest !== undefined) this.#say(this.#line('faint', 'slowest', slowest));
    this.#say([this.#tally.targets(), summaryOf(event)].filter((part) => part !== '').join('; '));
  }

  #takeOutput(step: string, chunk: Uint8Array): void {
    if (!this.#streams()) {
      this.#outputs.add(step, chunk);
      return;
    }
    let splitter = this.#splitters.get(step);
    if (splitter === undefined) {
      splitter = new LineSplitter((line) => this.#out(visible(`${step} | ${line}`)));
      this.#splitters.set(step, splitter);
    }
    splitter.write(chunk);
  }

  /** What the step wrote and nobody has seen yet. */
  #endOutput(step: string): readonly string[] {
    this.#splitters.get(step)?.end();
    this.#splitters.delete(step);
    return this.#outputs.take(step);
  }

  #reason(phrase: string): string {
    const { reasons, verbosity } = this.#options;
    return reasons === 'shown' || verbosity === 'verbose' ? ` (${phrase})` : '';
  }

  /** Whether output is shown as it comes. Folded lines have to be together. */
  #streams(): boolean {
    return this.#options.verbosity === 'verbose' && this.#options.folding === undefined;
  }

  #line(style: Style, word: string, rest: string): string {
    return `${this.#paint(style, word)}${' '.repeat(Math.max(1, 9 - word.length))}${visible(rest)}`;
  }

  #verbose(line: string): void {
    if (this.#options.verbosity === 'verbose') this.#out(line);
  }

  #say(line: string): void {
    if (this.#options.verbosity !== 'quiet') this.#out(line);
  }

  #out(line: string): void {
    this.#options.out(this.#options.folding?.guard(line) ?? line);
  }

  #err(line: string): void {
    this.#options.err(this.#options.folding?.guard(line) ?? line);
  }
}
