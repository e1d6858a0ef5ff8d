import type { Grid } from './grid.js';

type Rows = readonly (readonly number[])[];

/** Down and up; more than these seldom find anything better. */
const SWEEPS = 12;

/** Orders each row by where its neighbours stand, downwards and upwards in turn, and keeps the order with the fewest crossings. */
export function orderRows(grid: Grid): Rows {
  let best = grid.rows;
  let fewest = crossingsOf(grid, best);
  let rows = best;
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const { above, below } = grid;
    rows =
      sweep % 2 === 0
        ? swept(rows, { before: above, after: below })
        : swept(rows.toReversed(), { before: below, after: above }).toReversed();
    const crossings = crossingsOf(grid, rows);
    if (crossings < fewest) [best, fewest] = [rows, crossings];
  }
  return best;
}

/** For each cell its neighbours in the row before its own, as a sweep goes, and in the row after. */
interface Neighbours {
  readonly before: Rows;
  readonly after: Rows;
}

/** Each row by the mean position of its neighbours in the row before it; the first row stays. */
function swept(rows: Rows, neighbours: Neighbours): Rows {
  const result: (readonly number[])[] = [];
  for (const row of rows) {
    const keys = keysOf(row, positionsOf(result.at(-1) ?? []), neighbours);
    const key = (cell: number) => keys.get(cell) ?? 0;
    result.push(result.length === 0 ? row : row.toSorted((a, b) => key(a) - key(b)));
  }
  return result;
}

/** A cell without neighbours before it goes where those stand with which it shares one after it. */
function keysOf(
  row: readonly number[],
  positions: ReadonlyMap<number, number>,
  { before, after }: Neighbours,
): ReadonlyMap<number, number> {
  const keys = new Map<number, number>();
  for (const cell of row) {
    const mean = meanOf(before[cell] ?? [], positions);
    if (mean !== undefined) keys.set(cell, mean);
  }
  for (const [index, cell] of row.entries()) {
    if ((before[cell] ?? []).length > 0) continue;
    const siblings = (after[cell] ?? []).flatMap((user) => before[user] ?? []).filter((one) => keys.has(one));
    keys.set(cell, meanOf(siblings, keys) ?? index);
  }
  return keys;
}

function meanOf(cells: readonly number[], positions: ReadonlyMap<number, number>): number | undefined {
  if (cells.length === 0) return undefined;
  return cells.reduce((sum, cell) => sum + (positions.get(cell) ?? 0), 0) / cells.length;
}

function positionsOf(row: readonly number[]): ReadonlyMap<number, number> {
  return new Map(row.map((cell, index) => [cell, index]));
}

/** How often two links cross. */
export function crossingsOf({ below }: Grid, rows: Rows): number {
  return rows.slice(1).reduce((sum, row, index) => {
    const positions = positionsOf(row);
    const ends = (rows[index] ?? []).flatMap((cell) =>
      (below[cell] ?? []).map((end) => positions.get(end) ?? 0).sort((a, b) => a - b),
    );
    return sum + inversionsOf(ends);
  }, 0);
}

/** Pairs in the wrong order. */
function inversionsOf(numbers: readonly number[]): number {
  const seen: number[] = [];
  let inversions = 0;
  for (const number of numbers) {
    const at = firstGreater(seen, number);
    inversions += seen.length - at;
    seen.splice(at, 0, number);
  }
  return inversions;
}

function firstGreater(sorted: readonly number[], number: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > number) high = middle;
    else low = middle + 1;
  }
  return low;
}
