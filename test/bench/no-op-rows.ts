import { median } from './command.js';
import { atMostTimes, type Row } from './table.js';
import type { Workbench } from './workbench.js';

const ROUNDS = 15;
/** Issue A, "Shown by". */
const MOST_TIMES_NODE = 3;

/** A build with nothing to do and bare Node, turn by turn. Expects the output to be up to date. */
export async function noOpRows(bench: Workbench): Promise<readonly Row[]> {
  const node = { argv: [process.execPath, '-e', '0'], env: bench.env } as const;
  const nodeWall: number[] = [];
  const wall: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    nodeWall.push(await bench.time(node));
    wall.push(await bench.time(bench.bundleCommand));
  }
  return [
    { name: 'bare node -e 0', wall: nodeWall, effort: await bench.effort(node) },
    {
      name: 'no-op',
      wall,
      effort: await bench.effort(bench.bundleCommand),
      verdict: atMostTimes(median(wall) / median(nodeWall), MOST_TIMES_NODE, 'node'),
    },
  ];
}
