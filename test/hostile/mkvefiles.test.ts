import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CORPUS, cellOf, statusOf, tableOf } from '../support/hostile/corpus.js';
import { expectCivil, groundIn, listing, runHostile } from '../support/hostile/run.js';
import { type Installation, installMkve } from '../support/installation.js';

const ROWS = tableOf('mkvefiles');
const KEPT = join(CORPUS, 'mkvefiles');
/** Those that wait in vain take the thirty seconds that a module may take, and next to no work. */
const [PATIENT, QUICK] = [true, false].map((isPatient) =>
  ROWS.filter((row) => cellOf(row, 'case').startsWith('never-settles') === isPatient),
);

const directory = mkdtempSync(join(tmpdir(), 'mkve-hostile-'));
let mkve: Installation;
/** Begun before all others, and waited for after them. */
let patient: Promise<readonly PromiseSettledResult<void>[]>;
beforeAll(() => {
  mkve = installMkve();
  patient = Promise.allSettled((PATIENT ?? []).map(expectRefused));
});
afterAll(() => {
  mkve.remove();
  rmSync(directory, { recursive: true, force: true });
});

async function expectRefused(row: (typeof ROWS)[number]): Promise<void> {
  const name = cellOf(row, 'case');
  const ground = groundIn(join(directory, name));
  cpSync(KEPT, ground.here, { recursive: true });
  const before = listing(ground.here);
  const ended = await runHostile([...mkve.program('mkve'), 'build', '-f', name], ground);
  expectCivil(ended, { status: statusOf(row, 'status'), says: cellOf(row, 'says') });
  expect(ended.stdout).toBe('');
  expect(listing(ground.here)).toEqual(before);
}

/** Milliseconds: the programs have a limit of their own. */
const LONG = { timeout: 180_000 };

describe(`the ${ROWS.length} hostile mkvefiles`, LONG, () => {
  it('are those that the README names', () => {
    expect(ROWS.map((row) => cellOf(row, 'case')).sort()).toEqual(readdirSync(KEPT).sort());
  });

  it.each((QUICK ?? []).map((row) => [cellOf(row, 'case'), row] as const))('%s', async (_, row) => {
    await expectRefused(row);
  });

  it(`${PATIENT?.map((row) => cellOf(row, 'case')).join(', ')}`, async () => {
    const refused = await patient;
    expect(refused).toHaveLength(5);
    for (const one of refused) if (one.status === 'rejected') throw one.reason;
  });
});
