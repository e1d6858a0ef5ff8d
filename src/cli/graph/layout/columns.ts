import type { Grid } from './grid.js';

interface Spacing {
  /** Width of a cell. */
  readonly widthOf: (cell: number) => number;
  /** Between two cells of a row. */
  readonly gap: number;
}

/** Down and up. */
const SWEEPS = 10;
/** Long edges want to be straight more than nodes want to be centred. */
const BEND_WEIGHT = 4;

/**
 * The centre of each cell: as near as the order of its row allows to the mean of its neighbours, and never so near
 * to the cell beside it that they would overlap. The leftmost cell begins at 0.
 */
export function columnsOf(grid: Grid, rows: Grid['rows'], spacing: Spacing): readonly number[] {
  const centres = new Array<number>(grid.cells.length).fill(0);
  for (const row of rows)
    place(row, { wanted: row.map(() => 0), weights: row.map(() => 1), spacing, centres });
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isDown = sweep % 2 === 0;
    for (const row of isDown ? rows : rows.toReversed()) {
      const wanted = row.map((cell) => {
        const [first, second] = isDown ? [grid.above, grid.below] : [grid.below, grid.above];
        const neighbours = (first[cell]?.length ?? 0) > 0 ? first[cell] : second[cell];
        return meanOf(neighbours ?? [], centres) ?? centres[cell] ?? 0;
      });
      const weights = row.map((cell) => (grid.cells[cell]?.node === undefined ? BEND_WEIGHT : 1));
      place(row, { wanted, weights, spacing, centres });
    }
  }
  const left = Math.min(...centres.map((centre, cell) => centre - spacing.widthOf(cell) / 2));
  return centres.map((centre) => centre - left);
}

interface Placing {
  readonly wanted: readonly number[];
  readonly weights: readonly number[];
  readonly spacing: Spacing;
  readonly centres: number[];
}

/**
 * Least squares under "each at least so far right of the one before": subtracting the least distances turns it into
 * isotonic regression, which pooling adjacent violators solves exactly.
 */
function place(row: readonly number[], { wanted, weights, spacing, centres }: Placing): void {
  const offsets: number[] = [];
  for (const [index, cell] of row.entries()) {
    const before = row[index - 1];
    const distance =
      before === undefined ? 0 : (spacing.widthOf(before) + spacing.widthOf(cell)) / 2 + spacing.gap;
    offsets.push((offsets[index - 1] ?? 0) + distance);
  }
  const pools: { mean: number; weight: number; size: number }[] = [];
  for (const [index, want] of wanted.entries()) {
    let pool = { mean: want - (offsets[index] ?? 0), weight: weights[index] ?? 1, size: 1 };
    for (let last = pools.at(-1); last !== undefined && last.mean > pool.mean; last = pools.at(-1)) {
      pools.pop();
      const weight = last.weight + pool.weight;
      const mean = (last.mean * last.weight + pool.mean * pool.weight) / weight;
      pool = { mean, weight, size: last.size + pool.size };
    }
    pools.push(pool);
  }
  const means = pools.flatMap(({ mean, size }) => new Array<number>(size).fill(mean));
  for (const [index, cell] of row.entries()) centres[cell] = (means[index] ?? 0) + (offsets[index] ?? 0);
}

function meanOf(cells: readonly number[], centres: readonly number[]): number | undefined {
  if (cells.length === 0) return undefined;
  return cells.reduce((sum, cell) => sum + (centres[cell] ?? 0), 0) / cells.length;
}
