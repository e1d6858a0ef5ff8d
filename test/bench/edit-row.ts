import { median } from './command.js';
import type { Scenario } from './scenarios.js';
import { atMostBeyondHooks, type Row } from './table.js';
import type { BundleRun, Workbench } from './workbench.js';

const ROUNDS = 3;

/** Builds after an edit, a few times, and once more to count instead of to time. */
export async function editRow(bench: Workbench, scenario: Scenario): Promise<Row> {
  bench.template.apply({ kind: 'nothing' });
  await bench.build();
  const runs: BundleRun[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    prepare(bench, scenario, round);
    runs.push(await bench.build());
  }
  prepare(bench, scenario, ROUNDS);
  const effort = await bench.effort(bench.bundleCommand);
  return { ...rowOf(scenario, runs), effort };
}

function prepare(bench: Workbench, { edit, output }: Scenario, round: number): void {
  bench.template.apply(edit(round));
  if (output === 'deleted') bench.deleteOutput();
}

function rowOf({ name, mostBeyondHooks }: Scenario, runs: readonly BundleRun[]): Row {
  const hooks = median(runs.map((run) => run.hooks));
  const beyond = median(runs.map((run) => run.wall - run.hooks));
  return {
    name,
    wall: runs.map(({ wall }) => wall),
    ...(hooks > 0 ? { hooks } : {}),
    ...(mostBeyondHooks === undefined ? {} : { verdict: atMostBeyondHooks(beyond, mostBeyondHooks) }),
  };
}
