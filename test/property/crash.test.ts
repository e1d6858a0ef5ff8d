import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FileFault } from '../support/crash/file-faults.js';
import { makeToyProgram } from '../support/crash/toy-program.js';
import { Random } from '../support/random.js';

/** Hundreds of stores come and go: memory is where that takes least. */
const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'mkve-crash-'));
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

type Fate = 'whole' | 'half' | 'empty' | 'zeros' | 'gone';

/** A file that got its name before its bytes has none, or zeros, after a crash: ext4's delayed allocation. */
function lose(path: string, fate: Fate): void {
  const { length } = readFileSync(path);
  if (fate === 'gone') rmSync(path);
  if (fate === 'half') truncateSync(path, length >> 1);
  if (fate === 'empty' || fate === 'zeros') truncateSync(path);
  if (fate === 'zeros') truncateSync(path, length);
}

function fateOf(random: Random): Fate {
  return random.of<Fate>(['whole', 'whole', 'half', 'empty', 'zeros', 'gone']);
}

/**
 * After whatever happened: the right results, and all of them from the cache soon after. A blob of the right length is not read
 * when it is put again, so that one full of zeros shows only when somebody reads it.
 */
function expectHealed(store: string, what: string): void {
  expect(valuesOf(build(store)), what).toEqual(valuesOf(clean));
  // Every time would take long.
  if (stores % 4 === 0) {
    expect(valuesOf(build(store)), what).toEqual(valuesOf(clean));
    expect(waysOf(build(store)), what).toEqual(['cached', 'cached']);
  }
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

  /** Nothing was synced: of every file that the disk had not yet, each in its own order, something else is there. */
  it.each([
    ['half of every file is there', () => 'half' as const],
    ['files are there in another order than they were written', fateOf],
  ] as const)('after a power cut, when %s, makes again what is not whole', (_, fate) => {
    for (const at of everyChange().filter((change) => change % 2 === 0)) {
      const store = newStore();
      build(store, { at, how: 'kill' });
      const random = new Random(at);
      for (const name of ['actions', 'blobs', 'last', 'locks'])
        for (const path of filesIn(join(store, name))) lose(path, fate(random));
      expectHealed(store, `power cut at change ${at}`);
    }
  });

  it('on a file system that has no hard links is as right', () => {
    const store = newStore();
    const built = build(store, { at: 1, how: 'without-links' });
    expect([built.status, valuesOf(built)]).toEqual([0, valuesOf(clean)]);
    expect(waysOf(build(store, { at: 1, how: 'without-links' }))).toEqual(['cached', 'cached']);
  });

  it('on a store that has become read-only says so, or has all that it needs', () => {
    const store = newStore();
    const refused = build(store, { at: 1, how: 'EROFS' });
    expect(refused.status).toBe(5);
    build(store);
    const found = build(store, { at: 1, how: 'EROFS' });
    expect([found.status, waysOf(found)]).toEqual([0, ['cached', 'cached']]);
  });

  const YEARS = 10 * 365 * 86_400_000;
  it.each([
    ['ahead', YEARS],
    ['back', -YEARS],
  ])('whose clock is set %s at any moment is as right', (_, clock) => {
    for (const at of everyChange().filter((change) => change % 2 === 0)) {
      const store = newStore();
      const built = build(store, { at, how: { clock } });
      expect([built.status, valuesOf(built)], `clock at change ${at}`).toEqual([0, valuesOf(clean)]);
      expectHealed(store, `clock at change ${at}`);
    }
  });

  it.each([
    ['ENOSPC', 2],
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
