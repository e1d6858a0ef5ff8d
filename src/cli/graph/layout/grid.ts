import { bug } from '../../../base/index.js';
import { type LayoutNode, layersOf } from './layers.js';

/** A place in a row: a node, or a bend of an edge that passes by. */
export interface Cell {
  readonly row: number;
  /** Absent for a bend. */
  readonly node?: string;
}

/** Nodes and bends in rows, such that every link joins neighbouring rows. Cells are named by their index. */
export interface Grid {
  readonly cells: readonly Cell[];
  /** From the top; each from left to right. */
  readonly rows: readonly (readonly number[])[];
  /** For each cell those linked to it in the row above, and in the row below. */
  readonly above: readonly (readonly number[])[];
  readonly below: readonly (readonly number[])[];
  readonly edges: readonly GridEdge[];
}

export interface GridEdge {
  readonly from: string;
  readonly to: string;
  /** The cell of `from`, the bends, the cell of `to`. */
  readonly cells: readonly number[];
}

/** @param nodes inputs before those that use them */
export function gridOf(nodes: readonly LayoutNode[]): Grid {
  const layers = layersOf(nodes);
  const layerOf = (id: string) => layers.get(id) ?? bug(`no layer for ${id}`);
  const cells: Cell[] = nodes.map(({ id }) => ({ row: layerOf(id), node: id }));
  const cellOf = new Map(nodes.map(({ id }, index) => [id, index]));
  const edges = nodes.flatMap(({ id, inputs }) =>
    inputs.map((from): GridEdge => {
      const bends: number[] = [];
      for (let row = layerOf(from) + 1; row < layerOf(id); row++) bends.push(cells.push({ row }) - 1);
      return { from, to: id, cells: [cellOf.get(from) ?? bug(`no ${from}`), ...bends, cellOf.get(id) ?? 0] };
    }),
  );
  const above = cells.map((): number[] => []);
  const below = cells.map((): number[] => []);
  for (const edge of edges) {
    for (const [index, cell] of edge.cells.slice(1).entries()) {
      const upper = edge.cells[index] ?? bug('an edge without a beginning');
      above[cell]?.push(upper);
      below[upper]?.push(cell);
    }
  }
  return { cells, edges, above, below, rows: firstOrder(cells, above, below) };
}

/** Depth first from below, so that what belongs to one target stands side by side from the beginning. */
function firstOrder(
  cells: readonly Cell[],
  above: readonly (readonly number[])[],
  below: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const rows: number[][] = Array.from({ length: Math.max(-1, ...cells.map(({ row }) => row)) + 1 }, () => []);
  const placed = new Set<number>();
  const open = [...cells.keys()].filter((cell) => below[cell]?.length === 0).reverse();
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    if (placed.has(cell)) continue;
    placed.add(cell);
    rows[cells[cell]?.row ?? 0]?.push(cell);
    open.push(...(above[cell] ?? []).toReversed());
  }
  return rows;
}
