import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CORPUS, cellOf, statusOf, tableOf } from '../support/hostile/corpus.js';
import { expectCivil, expectOneSentence, groundIn, listing, runHostile } from '../support/hostile/run.js';
import { type Installation, installMkve } from '../support/installation.js';
import { leastTemplate, writeTree } from '../support/template-tree.js';

const ROWS = tableOf('bundle-config');
const KEPT = join(CORPUS, 'bundle-config');

/** What git does not hold. */
const MADE: Readonly<Record<string, (path: string) => void>> = {
  'a-fifo': (path) => execFileSync('mkfifo', [path]),
  'a-device': (path) => symlinkSync('/dev/zero', path),
  'a-directory': (path) => mkdirSync(path),
  'a-link-circle': (path) => symlinkSync('bundle-config', path),
};

const directory = mkdtempSync(join(tmpdir(), 'mkve-hostile-'));
let mkve: Installation;
beforeAll(() => {
  mkve = installMkve();
});
afterAll(() => {
  mkve.remove();
  rmSync(directory, { recursive: true, force: true });
});

/** Milliseconds: the programs have a limit of their own. */
const LONG = { timeout: 180_000 };

describe(`the ${ROWS.length} hostile programs for a bundle-config`, LONG, () => {
  it('are those that the README names', () => {
    const names = [...readdirSync(KEPT), ...Object.keys(MADE)].sort();
    expect(ROWS.map((row) => cellOf(row, 'case')).sort()).toEqual(names);
  });

  it.each(ROWS.map((row) => [cellOf(row, 'case'), row] as const))('%s', async (name, row) => {
    const ground = groundIn(join(directory, name));
    writeTree(join(ground.here, 'web'), leastTemplate);
    const home = join(ground.own, 'home/.mkve');
    mkdirSync(home);
    const config = join(home, 'bundle-config');
    if (MADE[name] === undefined) cpSync(join(KEPT, name), config);
    else MADE[name](config);
    const before = listing(ground.here);
    const output = join(ground.own, 'out.bun');
    const argv = [...mkve.program('mkve-bundle'), '--force-no-sign', '--output', output, 'web'];
    const ended = await runHostile(argv, ground);
    expectCivil(ended, { status: statusOf(row, 'status'), says: cellOf(row, 'says') });
    if (cellOf(row, 'says').includes('has 1 mistake')) expectOneSentence(ended, 'mkve-bundle');
    expect(listing(ground.here)).toEqual(before);
    expect(existsSync(output)).toBe(false);
  });
});
