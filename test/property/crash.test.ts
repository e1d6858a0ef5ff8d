import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FileFault } from '../support/crash/file-faults.js';
import { makeToyProgram } from '../support/crash/toy-program.js';

const directory = mkdtempSync(join(tmpdir(), 'mkve-crash-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }), 60_000);

let program: string;

interface Built {
  readonly status: number | null;
  readonly signal: string | null;
  readonly steps?: Readonly<Record<string, { readonly how: string; readonly value?: unknown }>>;
  readonly changes?: number;
}

function build(store: string, fault?: FileFault): Built {
  const args = fault === undefined ? [] : [JSON.stringify(fault)];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [program, store, ...args], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (status !== null && status !== 0 && status !== 5) throw new Error(stderr);
  return { status, signal, ...(stdout === '' ? {} : (JSON.parse(stdout) as object)) };
}

const valuesOf = ({ steps = {} }: Built) => Object.values(steps).map(({ value }) => value);
const waysOf = ({ steps = {} }: Built) => Object.values(steps).map(({ how }) => how);

let clean: Built;
/** A store that has been laid out and holds nothing. */
const empty = join(directory, 'empty');
let stores = 0;

function newStore(): string {
  const store = join(directory, `store-${stores++}`);
  cpSync(empty, store, { recursive: true });
  return store;
}

beforeAll(() => {
  program = makeToyProgram(directory);
  mkdirSync(empty);
  // Opened, and stopped before anything else.
  clean = build(join(directory, 'clean'));
  const layout = build(empty, { at: 1_000_000, how: 'kill' });
  expect(layout.status).toBe(0);
  for (const name of ['actions', 'blobs/sha256', 'last'])
    for (const path of filesIn(join(empty, name))) execFileSync('rm', [path]);
});

function filesIn(top: string): readonly string[] {
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Every change of a file that a build on a fresh store makes. */
function everyChange(): readonly number[] {
  const { changes = 0 } = build(newStore());
  expect(changes).toBeGreaterThan(15);
  return Array.from({ length: changes }, (_, index) => index + 1);
}

/** After whatever happened: the right results, and all of them from the cache the next time. */
function expectHealed(store: string, what: string): void {
  expect(valuesOf(build(store)), what).toEqual(valuesOf(clean));
  // Every time would take long.
  if (stores % 4 === 0) expect(waysOf(build(store)), what).toEqual(['cached', 'cached']);
  rmSync(store, { recursive: true });
}

/** Some hundred processes each. */
const LONG = { timeout: 300_000 };

describe('a build on a store', LONG, () => {
  it('that is killed at any change of a file, half of which is made, leaves the next one right', () => {
    for (const at of everyChange()) {
      const store = newStore();
      expect(build(store, { at, how: 'tear' }).signal, `change ${at}`).toBe('SIGKILL');
      expectHealed(store, `killed at change ${at}`);
    }
  });

  it('after a power cut finds files of which half is there, and makes them again', () => {
    for (const at of everyChange().filter((change) => change % 3 === 0)) {
      const store = newStore();
      build(store, { at, how: 'kill' });
      for (const name of ['actions', 'blobs', 'last', 'locks'])
        for (const path of filesIn(join(store, name))) truncateSync(path, readFileSync(path).length >> 1);
      expectHealed(store, `power cut at change ${at}`);
    }
  });

  it.each([
    ['ENOSPC', 1],
    ['EIO', 5],
    ['EMFILE', 7],
  ] as const)('that the system refuses changes of files (%s) says so, or does without', (how, every) => {
    for (const at of everyChange().filter((change) => change % every === 0)) {
      const store = newStore();
      const refused = build(store, { at, how });
      expect(refused.signal, `change ${at}`).toBeNull();
      for (const [index, value] of valuesOf(refused).entries())
        if (value !== undefined) expect(value).toEqual(valuesOf(clean)[index]);
      expectHealed(store, `${how} at change ${at}`);
    }
  });
});
