/**
 * `npm run bench [-- --quick]`: one table of what builds cost, beside the plain pipeline and bare Node, measured in
 * one run. `--quick` leaves out the builds from nothing and starts from a copy of the store that MKVE_CACHE_DIR names.
 * Its exit status says whether it could measure, never how the figures are.
 */
import { authorRows } from './author-rows.js';
import { coldRows } from './cold-rows.js';
import { median } from './command.js';
import { editRow } from './edit-row.js';
import { hypervisorRows } from './hypervisor-rows.js';
import { describeLoad, describeMachine } from './machine.js';
import { noOpRows } from './no-op-rows.js';
import { scaleRows } from './scale-rows.js';
import { scenarios } from './scenarios.js';
import { type Row, renderTable } from './table.js';
import { watchRows } from './watch-rows.js';
import { Workbench } from './workbench.js';

async function main(args: readonly string[], cacheDirectory: string | undefined): Promise<number> {
  const quick = args.includes('--quick');
  const strange = args.find((argument) => argument !== '--quick');
  if (strange !== undefined) return usage(`unknown argument '${strange}'`);
  if (quick && cacheDirectory === undefined) return usage('--quick needs a store in MKVE_CACHE_DIR');
  const load = describeLoad();
  const bench = new Workbench(quick ? cacheDirectory : undefined);
  // A Ctrl-C reaches the program that is being measured too: its failure ends the bench, which then tidies up.
  process.on('SIGINT', () => undefined);
  try {
    const rows = await measure(bench, quick ? 'filled' : 'empty');
    say([describeMachine(bench.store), ...(load === undefined ? [] : [load]), ...notes(bench), '']);
    say([renderTable(rows, median)]);
  } finally {
    bench.dispose();
  }
  return 0;
}

async function measure(bench: Workbench, store: 'empty' | 'filled'): Promise<readonly Row[]> {
  const rows: Row[] = [];
  if (store === 'empty') rows.push(...(await coldRows(bench)));
  else await bench.build();
  rows.push(...(await noOpRows(bench)));
  for (const scenario of scenarios) rows.push(await editRow(bench, scenario));
  rows.push(...(await watchRows(bench)));
  rows.push(...(await authorRows(bench)));
  rows.push(...(await scaleRows()));
  // Last, since they begin with empty stores.
  if (store === 'empty') rows.push(...(await hypervisorRows(bench)));
  return rows;
}

function notes(bench: Workbench): readonly string[] {
  const signature = bench.signed ? 'signed with a throw-away key' : 'not signed, as gpg could make no key';
  return [
    `pptp-server/openvz on Debian 12, tar.gz, ${signature}; times are wall time, the plain pipeline runs no hooks`,
    'both sides of the cold rows download in every run, after one run of the pipeline that does not count',
    'watch: from saving the last hook to the news that the signed bundle is on disk',
    'programs and bytes written to files are counted by strace in a run of their own; ? where it cannot',
  ];
}

function usage(message: string): number {
  process.stderr.write(`bench: ${message}\nusage: npm run bench [-- --quick]\n`);
  return 2;
}

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

process.exitCode = await main(process.argv.slice(2), process.env['MKVE_CACHE_DIR']);
