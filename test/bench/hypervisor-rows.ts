import { median } from './command.js';
import { atMostTimes, type Row } from './table.js';
import { FIXTURE, type Workbench } from './workbench.js';

const ROUNDS = 2;
/** Issue B, "Shown by". */
const MOST_TIMES_ONE = 1.3;

/** One hypervisor and three that share their packages, each from an empty store, turn by turn. */
export async function hypervisorRows(bench: Workbench): Promise<readonly Row[]> {
  const one: number[] = [];
  const three: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    one.push(await timeCold(bench, ['openvz']));
    three.push(await timeCold(bench, ['openvz', 'kvm', 'qemu']));
  }
  const verdict = atMostTimes(median(three) / median(one), MOST_TIMES_ONE, 'one');
  return [
    { name: 'mkve build, one hypervisor, empty store', wall: one },
    { name: 'three hypervisors, empty store', wall: three, verdict },
  ];
}

function timeCold(bench: Workbench, hypervisors: readonly string[]): Promise<number> {
  bench.deleteStore();
  const template = { path: FIXTURE, hypervisors, output: 'cold-{hypervisor}.bun' };
  return bench.time(bench.mkveCommand(JSON.stringify(template), ['build']));
}
