import { formatSize } from '../../src/report/index.js';
import type { Effort } from './effort.js';

/** An aim and what came of it. Missing one fails nothing: it is said. */
export interface Verdict {
  readonly figure: string;
  readonly aim: string;
  readonly met: boolean;
}

export interface Row {
  readonly name: string;
  /** Of every timed run, in milliseconds. */
  readonly wall: readonly number[];
  /** Median over the runs, in milliseconds; absent where no hook ran. */
  readonly hooks?: number;
  readonly effort?: Effort | undefined;
  /** Bytes from the network in every timed run, where that was looked at. */
  readonly received?: readonly number[];
  readonly verdict?: Verdict;
}

const TITLES = [
  'build',
  'median',
  'min',
  'max',
  'runs',
  "hooks' own",
  'programs',
  'written',
  'received',
  'against its aim',
];

/** Plain text in columns: names and verdicts to the left, numbers to the right. */
export function renderTable(rows: readonly Row[], medianOf: (values: readonly number[]) => number): string {
  const cells = [TITLES, ...rows.map((row) => cellsOf(row, medianOf))];
  const widths = TITLES.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => {
        const isText = column === 0 || column === TITLES.length - 1;
        return isText ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
      })
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function cellsOf(
  { name, wall, hooks, effort, received, verdict }: Row,
  medianOf: (values: readonly number[]) => number,
) {
  return [
    name,
    seconds(medianOf(wall)),
    seconds(Math.min(...wall)),
    seconds(Math.max(...wall)),
    String(wall.length),
    hooks === undefined ? '-' : seconds(hooks),
    effort === undefined ? '?' : String(effort.programs),
    effort === undefined ? '?' : formatSize(effort.written),
    received === undefined ? '-' : formatSize(medianOf(received)),
    verdict === undefined ? '' : `${verdict.figure} (aim ${verdict.aim}): ${verdict.met ? 'met' : 'missed'}`,
  ];
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 3 : 1)} s`;
}

export function atMostTimes(figure: number, limit: number, what: string): Verdict {
  return { figure: `${figure.toFixed(2)} times ${what}`, aim: `at most ${limit}`, met: figure <= limit };
}

export function atMostBeyondHooks(beyondMs: number, limitMs: number): Verdict {
  return {
    figure: `${seconds(beyondMs)} beyond the hooks`,
    aim: `at most ${limitMs / 1000} s`,
    met: beyondMs <= limitMs,
  };
}
