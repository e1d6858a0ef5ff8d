import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CORPUS, cellOf, type Row, statusOf, tableOf } from '../support/hostile/corpus.js';
import { expectCivil, expectOneSentence, groundIn, runHostile } from '../support/hostile/run.js';
import { makeTemplate, TEMPLATE_MAKERS } from '../support/hostile/templates.js';
import { type Installation, installMkve } from '../support/installation.js';

const ROWS = tableOf('templates');

const directory = mkdtempSync(join(tmpdir(), 'mkve-hostile-'));
let mkve: Installation;
beforeAll(() => {
  mkve = installMkve();
});
afterAll(() => {
  mkve.remove();
  // Not by Node, which cannot take away what lies deeper than a path may be long.
  execFileSync('rm', ['-rf', directory]);
});

async function bundleOf(row: Row): Promise<void> {
  const ground = groundIn(join(directory, 'bundle'));
  const template = join(ground.here, 'web');
  await makeTemplate(cellOf(row, 'case'), template);
  const output = join(ground.own, 'out.bun');
  // A template that is fine comes as far as its base, which is not there.
  const options = ['--hypervisor=openvz', '--force-no-sign', '--rootfs=/nonexistent', `--output=${output}`];
  const ended = await runHostile([...mkve.program('mkve-bundle'), ...options, 'web'], ground);
  const status = statusOf(row, 'mkve-bundle');
  expectCivil(ended, { status, says: status === 2 ? cellOf(row, 'says') : 'cannot read /nonexistent' });
  if (status === 2) expectOneSentence(ended, 'mkve-bundle');
  expect(existsSync(output)).toBe(false);
  expect(readdirSync(ground.here).filter((name) => name !== 'web')).toEqual([]);
}

async function lintOf(row: Row): Promise<void> {
  const ground = groundIn(join(directory, 'lint'));
  await makeTemplate(cellOf(row, 'case'), join(ground.here, 'web'));
  const ended = await runHostile([...mkve.program('mkve'), 'lint', 'web'], ground);
  expectCivil(ended, { status: statusOf(row, 'mkve lint'), says: cellOf(row, 'says') });
}

/** Milliseconds: the programs have a limit of their own. */
const LONG = { timeout: 180_000 };

describe(`the ${ROWS.length} hostile templates`, LONG, () => {
  it('are those that the README names', () => {
    const names = [...readdirSync(join(CORPUS, 'templates')), ...Object.keys(TEMPLATE_MAKERS)].sort();
    expect(ROWS.map((row) => cellOf(row, 'case')).sort()).toEqual(names);
  });

  it.each(ROWS.map((row) => [cellOf(row, 'case'), row] as const))('%s', async (_, row) => {
    await Promise.all([bundleOf(row), lintOf(row)]);
  });
});
