import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ALTERATIONS } from '../support/hostile/alterations.js';
import { expectCivil, groundIn, runHostile } from '../support/hostile/run.js';
import { type Installation, installMkve } from '../support/installation.js';

const directory = mkdtempSync(join(tmpdir(), 'mkve-altered-'));
const ground = groundIn(join(directory, 'ground'));
const store = join(ground.own, 'store');
const seed = join(directory, 'seed');
const elsewhere = join(directory, 'elsewhere');
let mkve: Installation;
let packed: Buffer;

const pack = () =>
  runHostile(
    [...mkve.program('mkve-cache'), '--tarify-only', 'root', '--out', join(ground.own, 'out.tar')],
    ground,
  );

beforeAll(async () => {
  mkve = installMkve();
  writeFileSync(elsewhere, "somebody's\n");
  mkdirSync(join(ground.here, 'root/etc'), { recursive: true });
  for (let at = 0; at < 20; at++)
    writeFileSync(join(ground.here, `root/etc/file${at}`), `${at}\n`.repeat(at));
  expectCivil(await pack(), { status: 0, says: 'built' });
  packed = readFileSync(join(ground.own, 'out.tar'));
  execFileSync('cp', ['-a', store, seed]);
});
afterAll(() => {
  mkve.remove();
  rmSync(directory, { recursive: true, force: true });
});

/** What the store could not do without says so, and is no result: it is altered in `store.test.ts`. */
const KEPT = ['version', 'CACHEDIR.TAG'];

function alterAll(how: (path: string, elsewhere: string) => void): number {
  const found = readdirSync(store, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !KEPT.includes(entry.name),
  );
  for (const entry of found) how(join(entry.parentPath, entry.name), elsewhere);
  return found.length;
}

describe("a real store of which all files are altered at once (records, segments, trees, the last run's notes)", () => {
  it.each(Object.entries(ALTERATIONS))(
    '%s: the archive is the same, and the store is whole again',
    async (_, how) => {
      execFileSync('rm', ['-rf', store, join(ground.own, 'out.tar')]);
      execFileSync('cp', ['-a', seed, store]);
      expect(alterAll(how)).toBeGreaterThan(10);
      const ended = await pack();
      expectCivil(ended, { status: 0, says: '' });
      expect(readFileSync(join(ground.own, 'out.tar')).equals(packed)).toBe(true);
      const verified = await runHostile([...mkve.program('mkve'), 'cache', 'verify'], ground);
      expectCivil(verified, { status: verified.status === 4 ? 4 : 0, says: '' });
      expect(readFileSync(elsewhere, 'utf8')).toBe("somebody's\n");
      expect(existsSync(join(ground.here, 'root/etc/file1'))).toBe(true);
    },
  );
});
