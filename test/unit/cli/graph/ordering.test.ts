import { expect, test } from 'vitest';

import { gridOf } from '../../../../src/cli/graph/layout/grid.js';
import { layersOf } from '../../../../src/cli/graph/layout/layers.js';
import { crossingsOf, orderRows } from '../../../../src/cli/graph/layout/ordering.js';

/** Four targets of twelve steps on two sets of packages, in an order that crosses. */
const chains = ['a', 'b', 'c', 'd'].flatMap((target, index) => {
  const hooks = Array.from({ length: 8 }, (_, hook) => ({
    id: `${target}${hook}`,
    inputs: [hook === 0 ? `packages${index % 2}` : `${target}${hook - 1}`],
  }));
  return [
    ...hooks,
    { id: `${target}pack`, inputs: [`${target}7`] },
    { id: `${target}conf`, inputs: [] },
    { id: `${target}metainfo`, inputs: [`${target}pack`, `${target}conf`] },
    { id: `${target}bundle`, inputs: [`${target}metainfo`] },
  ];
});
const nodes = [
  { id: 'base', inputs: [] },
  { id: 'packages0', inputs: ['base'] },
  { id: 'packages1', inputs: ['base'] },
  ...chains,
];

test('targets that share packages are drawn without crossings', () => {
  const grid = gridOf(nodes);
  expect(crossingsOf(grid, grid.rows)).toBeGreaterThan(0);
  expect(crossingsOf(grid, orderRows(grid))).toBe(0);
});

test('a node without inputs stands directly above its user', () => {
  const layers = layersOf(nodes);
  expect(layers.get('aconf')).toBe(layers.get('apack'));
  expect(layers.get('base')).toBe(0);
});
