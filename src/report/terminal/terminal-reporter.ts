import type { Event, Reporter } from '../event.js';
import type { Paint } from '../paint.js';
import { PlainReporter, type Verbosity } from '../plain-reporter.js';
import type { LiveArea } from './live-area.js';
import type { DisplayModule } from './load-display.js';
import { RunningSteps } from './running-steps.js';
import type { Clock, Terminal } from './terminal.js';

/** At most this often, so that a burst of events is one frame. */
const FRAME_MS = 80;
/** The elapsed times change once a second. */
const TICK_MS = 1000;

export interface TerminalReporterOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly verbosity: Verbosity;
  readonly reasons?: 'shown' | 'hidden';
  readonly paint: Paint;
  /** Where failures and warnings go when standard error is not this terminal. */
  readonly err?: (line: string) => void;
  /** Drawing is loaded with the first step that runs: a build with nothing to do draws nothing. */
  readonly loadDisplay: () => Promise<DisplayModule>;
}

/** Lines that stay, in the plain reporter's words, and below them one line a running step that is kept up to date. */
export class TerminalReporter implements Reporter {
  readonly #options: TerminalReporterOptions;
  readonly #plain: PlainReporter;
  readonly #steps = new RunningSteps();
  /** Lines that stay and are not written yet. */
  readonly #above: string[] = [];
  #display: { readonly module: DisplayModule; readonly area: LiveArea } | undefined;
  #isLoading = false;
  #closed = false;
  /** Somebody else has the terminal. */
  #isHeld = false;
  #lastFrame = Number.NEGATIVE_INFINITY;
  #next: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(options: TerminalReporterOptions) {
    this.#options = options;
    const { verbosity, reasons = 'hidden', paint } = options;
    const stay = (line: string) => this.#above.push(...line.split('\n'));
    this.#plain = new PlainReporter({
      verbosity,
      reasons,
      paint,
      medium: 'terminal',
      out: stay,
      err: options.err ?? stay,
    });
  }

  report(event: Event): void {
    const couldAsk = this.#steps.mayAsk;
    this.#steps.take(event, this.#options.clock.now());
    this.#plain.report(event);
    if (event.type === 'step-started') this.#load();
    const isLast = event.type === 'build-finished';
    // The last frame before somebody else may draw shows what is being waited for.
    if (isLast || (this.#steps.mayAsk && !couldAsk)) this.#draw();
    else this.#drawSoon();
  }

  /** The terminal has another size. */
  resized(): void {
    this.#drawSoon();
  }

  /** Takes the display away for a while: mkve is stopped (Ctrl-Z), and somebody else uses the terminal. */
  suspend(): void {
    this.#display?.area.clear();
    this.#lastFrame = Number.NEGATIVE_INFINITY;
  }

  resume(): void {
    this.#drawSoon();
  }

  /** Takes the display away and writes nothing until `letGo`: somebody else uses the terminal. */
  hold(): void {
    this.#draw();
    this.#isHeld = true;
    this.suspend();
  }

  letGo(): void {
    this.#isHeld = false;
    this.#drawSoon();
  }

  /** Writes what is left to say and leaves nothing behind. May be called at any time, and again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#next?.cancel();
    if (this.#display !== undefined) this.#display.area.draw(this.#above.splice(0), []);
    else this.#writeLines();
  }

  #load(): void {
    if (this.#isLoading) return;
    this.#isLoading = true;
    void this.#options.loadDisplay().then((module) => {
      if (this.#closed) return;
      this.#display = { module, area: new module.LiveArea(this.#options.terminal) };
      this.#drawSoon();
    });
  }

  #drawSoon(): void {
    if (this.#steps.mayAsk || this.#closed) return;
    const now = this.#options.clock.now();
    if (now >= this.#lastFrame + FRAME_MS) this.#draw();
    else this.#drawAt(this.#lastFrame + FRAME_MS);
  }

  #drawAt(at: number): void {
    if (this.#next !== undefined && this.#next.at <= at) return;
    this.#next?.cancel();
    const { clock } = this.#options;
    const cancel = clock.after(at - clock.now(), () => {
      this.#next = undefined;
      if (!this.#steps.mayAsk) this.#draw();
    });
    this.#next = { at, cancel };
  }

  #draw(): void {
    if (this.#closed || this.#isHeld) return;
    const { terminal, clock, paint } = this.#options;
    if (this.#display === undefined) {
      this.#writeLines();
      return;
    }
    const { module, area } = this.#display;
    const now = clock.now();
    this.#next?.cancel();
    this.#next = undefined;
    const { picture } = this.#steps;
    area.draw(this.#above.splice(0), module.frameOf(picture, { now, paint, ...terminal.size() }));
    this.#lastFrame = now;
    if (picture.running.length > 0 && !this.#steps.mayAsk) this.#drawAt(now + TICK_MS);
  }

  #writeLines(): void {
    if (this.#above.length === 0) return;
    this.#options.terminal.write(
      this.#above
        .splice(0)
        .map((line) => `${line}\r\n`)
        .join(''),
    );
  }
}
