import type { Progress } from '../event.js';
import { formatSize } from '../format.js';
import type { Paint } from '../paint.js';
import { visible } from '../visible.js';
import type { LiveLine } from './live-area.js';
import { progressBar } from './progress-bar.js';
import { truncateEnd, truncateMiddle, widthOf } from './text-width.js';

export interface RunningStep {
  readonly step: string;
  /** Milliseconds of the display's clock. */
  readonly startedAt: number;
  readonly estimateMs?: number;
  readonly progress?: Progress;
}

/** What a live display shows at any one moment. */
export interface Picture {
  /** In the order of starting. */
  readonly running: readonly RunningStep[];
  /** All steps of the build, and how many of them are over, however they ended. */
  readonly steps: number;
  readonly finished: number;
  readonly cached: number;
  readonly startedAt: number;
}

export interface FrameRequest {
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
}

const WORD = 'run      ';
/** A name may be cut down to this many cells before figures are left out instead. */
const SHORTEST_NAME = 24;

/** The lines for a picture: all narrower than the terminal, and one row fewer than it has. */
export function frameOf(picture: Picture, request: FrameRequest): readonly LiveLine[] {
  const { running } = picture;
  if (running.length === 0) return [];
  const room = Math.max(1, request.rows - 1);
  if (running.length < room) {
    return [...stepLines(running, request), faint(totals(picture, request), request)];
  }
  if (running.length === 1) return stepLines(running, request);
  // The line that says how many there are more takes one row, and the totals another where there are enough.
  const ending = room >= 3 ? 2 : 1;
  const shown = running.slice(0, room - ending);
  const more = faint(`and ${running.length - shown.length} more`, request);
  const last = ending === 2 ? [faint(totals(picture, request), request)] : [];
  return [...stepLines(shown, request), more, ...last];
}

function stepLines(running: readonly RunningStep[], request: FrameRequest): readonly LiveLine[] {
  const named = running.map((step) => ({ step, name: visible(step.step).replaceAll(/\s/g, ' ') }));
  const longest = Math.max(0, ...named.map(({ name }) => widthOf(name)));
  return named.map(({ step, name }) => stepLine(name, longest, { step, request }));
}

function stepLine(
  name: string,
  longest: number,
  { step, request }: { readonly step: RunningStep; readonly request: FrameRequest },
): LiveLine {
  const { columns, now, paint } = request;
  const room = (figures: string) => columns - 1 - WORD.length - 2 - widthOf(figures);
  const choices = figuresOf(step, now);
  const figures =
    choices.find((choice) => room(choice) >= Math.min(widthOf(name), SHORTEST_NAME)) ?? choices.at(-1) ?? '';
  const cells = Math.min(longest, Math.max(1, room(figures)));
  const shown = truncateMiddle(name, cells);
  const padding = ' '.repeat(Math.max(0, cells - widthOf(shown)));
  const plain = truncateEnd(`${WORD}${shown}${padding}  ${figures}`, columns - 1);
  return { plain, painted: plain.startsWith(WORD) ? `${paint('run', 'run')}${plain.slice(3)}` : plain };
}

/** What is said beside a name, the longest first; the narrower the terminal, the later one is taken. */
function figuresOf({ startedAt, estimateMs, progress }: RunningStep, now: number): readonly string[] {
  const elapsed = seconds(now - startedAt);
  const estimate = estimateMs === undefined || estimateMs < 1000 ? '' : ` of about ${seconds(estimateMs)}`;
  const time = `${elapsed}${estimate}`;
  if (progress === undefined || progress.done === progress.total) return [time, elapsed];
  const { done, total, unit } = progress;
  const amount = unit === 'bytes' ? formatSize(done) : `${Math.floor(done)}%`;
  if (total === undefined || total <= 0) return [`${time}  ${amount}`, time, elapsed];
  const bar = progressBar(done / total);
  const amounts = unit === 'bytes' ? [`${time}  ${bar}  ${amount} of ${formatSize(total)}`] : [];
  return [...amounts, `${time}  ${bar}`, `${elapsed}  ${bar}`, elapsed];
}

function totals({ steps, finished, cached, startedAt }: Picture, { now }: FrameRequest): string {
  return `${finished} of ${steps} steps done, ${cached} cached, ${seconds(now - startedAt)}`;
}

function faint(text: string, { columns, paint }: FrameRequest): LiveLine {
  const plain = truncateEnd(`${' '.repeat(WORD.length)}${text}`, columns - 1);
  return { plain, painted: paint('faint', plain) };
}

/** Whole seconds, as a clock shows them: `0 s`, `59 s`, `1 min 00 s`. */
function seconds(ms: number): string {
  const whole = Math.floor(Math.max(0, ms) / 1000);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
