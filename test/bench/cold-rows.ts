import { median } from './command.js';
import { plainPipeline } from './rival.js';
import { atMostTimes, type Row } from './table.js';
import { SUITE, type Workbench } from './workbench.js';

const ROUNDS = 3;
/** Issue A, "Shown by". */
const MOST_TIMES_PLAIN = 1.25;

/**
 * Builds from nothing and the plain pipeline, turn by turn. Both download all they install in every run; one more run
 * of the pipeline comes first and is thrown away, so that no cache on the way to the mirror favours the later one.
 * Leaves the store filled.
 */
export async function coldRows(bench: Workbench): Promise<readonly Row[]> {
  const { directory, env } = bench;
  const plain = plainPipeline({ suite: SUITE, packages: bench.template.packages, directory, env });
  await bench.time(plain);
  const plainEffort = await bench.effort(plain);
  const effort = await bench.effort(startAfresh(bench).bundleCommand);
  const plainWall: number[] = [];
  const wall: number[] = [];
  const hooks: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    plainWall.push(await bench.time(plain));
    const run = await startAfresh(bench).build();
    wall.push(run.wall);
    hooks.push(run.hooks);
  }
  const times = median(wall) / median(plainWall);
  return [
    { name: 'plain mmdebstrap | gzip', wall: plainWall, effort: plainEffort },
    {
      name: 'cold, empty store',
      wall,
      hooks: median(hooks),
      effort,
      verdict: atMostTimes(times, MOST_TIMES_PLAIN, 'plain'),
    },
  ];
}

function startAfresh(bench: Workbench): Workbench {
  bench.deleteStore();
  bench.deleteOutput();
  return bench;
}
