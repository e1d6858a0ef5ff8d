import { bug } from '../../../base/index.js';
import { columnsOf } from './columns.js';
import { type Grid, gridOf } from './grid.js';
import type { LayoutNode } from './layers.js';
import { orderRows } from './ordering.js';

export type { LayoutNode } from './layers.js';

/** Pixels. */
export interface LayoutSizes {
  readonly node: { readonly width: number; readonly height: number };
  /** Of the column that an edge passes through between nodes. */
  readonly bendWidth: number;
  readonly columnGap: number;
  /** Between rows at least; more where edges go far to the side. */
  readonly rowGap: number;
}

/** Places in pixels from the left upper corner. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly { readonly id: string; readonly x: number; readonly y: number }[];
  readonly edges: readonly LayoutEdge[];
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
  /** From the lower side of `from` to the upper side of `to`: down through the rows, sideways between them. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/**
 * Draws a graph from the top down (after Sugiyama): layers by longest path, bends where an edge passes a layer, an
 * order of few crossings, columns. Equal graphs give equal drawings.
 * @param nodes inputs before those that use them
 */
export function layOut(nodes: readonly LayoutNode[], sizes: LayoutSizes): Layout {
  if (nodes.length === 0) return { width: 0, height: 0, nodes: [], edges: [] };
  const grid = gridOf(nodes);
  const widthOf = (cell: number) =>
    grid.cells[cell]?.node === undefined ? sizes.bendWidth : sizes.node.width;
  const columns = columnsOf(grid, orderRows(grid), { widthOf, gap: sizes.columnGap }).map(Math.round);
  const xOf = (cell: number) => columns[cell] ?? bug(`no column for cell ${cell}`);
  const tops = rowTops(grid, columns, sizes);
  const topOf = (cell: number) => tops[grid.cells[cell]?.row ?? 0] ?? 0;
  return {
    width: Math.max(...columns.map((x, cell) => x + Math.ceil(widthOf(cell) / 2))),
    height: (tops.at(-1) ?? 0) + sizes.node.height,
    nodes: nodes.map(({ id }, cell) => ({ id, x: xOf(cell) - sizes.node.width / 2, y: topOf(cell) })),
    edges: grid.edges.map(({ from, to, cells }) => ({
      from,
      to,
      points: cells.flatMap((cell) => {
        const [x, top] = [xOf(cell), topOf(cell)];
        if (grid.cells[cell]?.node === from) return [[x, top + sizes.node.height] as const];
        if (grid.cells[cell]?.node === to) return [[x, top] as const];
        return [[x, top] as const, [x, top + sizes.node.height] as const];
      }),
    })),
  };
}

/** The farther edges go to the side between two rows, the more room they get to do so. */
function rowTops(grid: Grid, columns: readonly number[], sizes: LayoutSizes): readonly number[] {
  const tops = [0];
  for (const row of grid.rows.slice(0, -1)) {
    const farthest = Math.max(
      0,
      ...row.flatMap((cell) =>
        (grid.below[cell] ?? []).map((end) => Math.abs((columns[cell] ?? 0) - (columns[end] ?? 0))),
      ),
    );
    const gap = sizes.rowGap * (1 + Math.min(2, farthest / 600));
    tops.push((tops.at(-1) ?? 0) + sizes.node.height + Math.round(gap));
  }
  return tops;
}
