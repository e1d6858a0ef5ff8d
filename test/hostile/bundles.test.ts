import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BUNDLE_CASES } from '../support/hostile/bundle-files.js';
import { joined, piecesOf } from '../support/hostile/bundles.js';
import { cellOf, type Row, tableOf } from '../support/hostile/corpus.js';
import { expectCivil, expectOneSentence, groundIn, listing, runHostile } from '../support/hostile/run.js';
import { type Installation, installMkve } from '../support/installation.js';

const ROWS = tableOf('bundles');

const directory = mkdtempSync(join(tmpdir(), 'mkve-hostile-'));
let mkve: Installation;
let good: Buffer;
beforeAll(async () => {
  mkve = installMkve();
  good = joined(await piecesOf());
});
afterAll(() => {
  mkve.remove();
  rmSync(directory, { recursive: true, force: true });
});

const COMMANDS = {
  verify: ['verify', '--allow-unsigned', 'case.bun'],
  inspect: ['inspect', 'case.bun'],
  diff: ['diff', '../own/good.bun', 'case.bun'],
} as const;

/** What a command makes of a case; a cell of `-` says that another one shows it as well. */
async function expectOf(command: keyof typeof COMMANDS, row: Row, at: ReturnType<typeof groundIn>) {
  const cell = cellOf(row, command);
  if (cell === '-') return;
  const ground = { ...at, own: join(at.own, command) };
  const status = Number(cell);
  const says = cellOf(row, 'says');
  const ended = await runHostile([...mkve.program('mkve'), ...COMMANDS[command]], ground);
  const isFirst =
    command === (['verify', 'inspect', 'diff'] as const).find((name) => cellOf(row, name) === '4');
  expectCivil(ended, { status, says: isFirst ? says : '' });
  if (status === 4) expectOneSentence(ended, 'mkve');
}

/** Milliseconds: the programs have a limit of their own. */
const LONG = { timeout: 180_000 };

describe(`the ${ROWS.length} hostile bundles`, LONG, () => {
  it('are those that the README names', () => {
    expect(ROWS.map((row) => cellOf(row, 'case')).sort()).toEqual(Object.keys(BUNDLE_CASES).sort());
  });

  it.each(ROWS.map((row) => [cellOf(row, 'case'), row] as const))('%s', async (name, row) => {
    const ground = groundIn(join(directory, 'ground'));
    for (const command of Object.keys(COMMANDS))
      for (const name of ['tmp', 'home']) mkdirSync(join(ground.own, command, name), { recursive: true });
    const file = join(ground.here, 'case.bun');
    const bytes = await BUNDLE_CASES[name]?.(file);
    if (bytes !== undefined) writeFileSync(file, bytes);
    writeFileSync(join(ground.own, 'good.bun'), good);
    const before = listing(ground.here);
    await Promise.all([
      expectOf('verify', row, ground),
      expectOf('inspect', row, ground),
      expectOf('diff', row, ground),
    ]);
    expect(listing(ground.here)).toEqual(before);
  });
});
