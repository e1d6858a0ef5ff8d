/**
 * `npm run bench:packages`: what it costs to add a package, to look for new ones and to build again offline, in time
 * and in bytes from the network, beside the plain pipeline in the same run.
 */
import { median } from '../command.js';
import { describeLoad, describeMachine } from '../machine.js';
import { renderTable } from '../table.js';
import { Workbench } from '../workbench.js';
import { packageRows } from './rows.js';

const load = describeLoad();
const bench = new Workbench(undefined);
// A Ctrl-C reaches the program that is being measured too: its failure ends the bench, which then tidies up.
process.on('SIGINT', () => undefined);
try {
  const rows = await packageRows(bench);
  const about = [
    describeMachine(bench.store),
    ...(load === undefined ? [] : [load]),
    'pptp-server/openvz on Debian 12, tar.gz; received: by the whole machine, protocol included',
  ];
  process.stdout.write(`${about.join('\n')}\n\n${renderTable(rows, median)}\n`);
} finally {
  bench.dispose();
}
