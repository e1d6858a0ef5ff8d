import fc from 'fast-check';
import { expect, test } from 'vitest';

import { type LayoutNode, layOut } from '../../src/cli/graph/layout/layout.js';

const sizes = { node: { width: 100, height: 40 }, bendWidth: 12, columnGap: 10, rowGap: 20 };

/** Any graph without cycles: each node takes some of those before it. */
const graph: fc.Arbitrary<readonly LayoutNode[]> = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 40 })
  .map((picks) =>
    picks.map((pick, index) => ({
      id: `n${index}`,
      inputs: index === 0 ? [] : [...new Set(pick.map((number) => `n${number % index}`))],
    })),
  );

interface Box {
  readonly x: number;
  readonly y: number;
}

const overlap = (a: Box, b: Box) =>
  Math.abs(a.x - b.x) < sizes.node.width && Math.abs(a.y - b.y) < sizes.node.height;

const isInside = (x: number, y: number, box: Box) =>
  x > box.x && x < box.x + sizes.node.width && y > box.y && y < box.y + sizes.node.height;

test('no two nodes overlap, all lie within the drawing, and equal graphs are drawn alike', () => {
  fc.assert(
    fc.property(graph, (nodes) => {
      const drawn = layOut(nodes, sizes);
      expect(drawn.nodes.map(({ id }) => id)).toEqual(nodes.map(({ id }) => id));
      for (const [index, a] of drawn.nodes.entries()) {
        expect(a.x).toBeGreaterThanOrEqual(0);
        expect(a.y).toBeGreaterThanOrEqual(0);
        expect(a.x + sizes.node.width).toBeLessThanOrEqual(drawn.width);
        expect(a.y + sizes.node.height).toBeLessThanOrEqual(drawn.height);
        for (const b of drawn.nodes.slice(index + 1)) expect(overlap(a, b), `${a.id} ${b.id}`).toBe(false);
      }
      expect(layOut(nodes, sizes)).toEqual(drawn);
    }),
  );
});

test('every edge is drawn, from node to node, downwards all the way and through no other node', () => {
  fc.assert(
    fc.property(graph, (nodes) => {
      const drawn = layOut(nodes, sizes);
      const wanted = nodes.flatMap(({ id, inputs }) => inputs.map((input) => `${input} ${id}`));
      expect(drawn.edges.map(({ from, to }) => `${from} ${to}`).sort()).toEqual(wanted.sort());
      const boxes = new Map(drawn.nodes.map((box) => [box.id, box]));
      for (const { from, to, points } of drawn.edges) {
        const [above, below] = [boxes.get(from), boxes.get(to)];
        if (above === undefined || below === undefined) throw new Error('an edge from or to nowhere');
        const half = sizes.node.width / 2;
        expect(points[0]).toEqual([above.x + half, above.y + sizes.node.height]);
        expect(points.at(-1)).toEqual([below.x + half, below.y]);
        for (const [index, [x, y]] of points.slice(1).entries()) {
          const [oldX, oldY] = points[index] ?? [0, 0];
          expect(y).toBeGreaterThan(oldY);
          // Sideways between rows only: within a row the edge is straight, beside the nodes.
          if (y - oldY === sizes.node.height) expect(x).toBe(oldX);
          for (const box of drawn.nodes) expect(isInside((x + oldX) / 2, (y + oldY) / 2, box)).toBe(false);
        }
      }
    }),
  );
});
