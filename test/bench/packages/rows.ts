import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Command } from '../command.js';
import { plainPipeline } from '../rival.js';
import type { Row } from '../table.js';
import { SUITE, type Workbench } from '../workbench.js';
import { bytesReceived } from './received.js';

const ROUNDS = 3;
const TEMPLATE = "{ path: './pptp-server', hypervisors: ['openvz'] }";
/** Small packages that need nothing the template lacks; one a round, the first not counted. */
const MORE_PACKAGES = ['less', 'tree', 'bc', 'ed'];

/** What it costs to come by packages, beside the plain pipeline, which begins from nothing whatever changed. */
export async function packageRows(bench: Workbench): Promise<readonly Row[]> {
  const { directory, env, template } = bench;
  const build = (...options: string[]) => bench.mkveCommand(TEMPLATE, ['build', ...options]);
  const list = join(template.directory, 'packages-lists/openvz');
  const plain = plainPipeline({ suite: SUITE, packages: template.packages, directory, env });
  // Thrown away, so that no cache on the way to the mirror favours what comes after it.
  await bench.time(plain);
  const rows = [
    await row(bench, 'plain mmdebstrap | gzip', plain),
    await row(bench, 'mkve build, empty store', build(), () => bench.deleteStore()),
    await row(bench, 'mkve update, nothing new', bench.mkveCommand(TEMPLATE, ['update'])),
    await row(
      bench,
      'mkve build --locked --offline, all steps forced',
      build('--force', '--locked', '--offline'),
    ),
    await row(bench, 'mkve build --locked --offline, nothing to do', build('--locked', '--offline')),
  ];
  const more = [...MORE_PACKAGES];
  const addOne = () => appendFileSync(list, `${more.shift()}\n`);
  addOne();
  await bench.time(build());
  rows.push(await row(bench, 'mkve build, one package added', build(), addOne));
  return rows;
}

async function row(
  bench: Workbench,
  name: string,
  command: Command,
  prepare: () => void = () => undefined,
): Promise<Row> {
  const wall: number[] = [];
  const received: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    prepare();
    const before = bytesReceived();
    wall.push(await bench.time(command));
    received.push(bytesReceived() - before);
  }
  return { name, wall, received };
}
