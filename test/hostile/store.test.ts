import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeToyProgram } from '../support/crash/toy-program.js';
import { ALTERATIONS } from '../support/hostile/alterations.js';

/** Root may read whatever it likes, so the builds of root are nobody's. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
/** Far more than it takes, and an end to what hangs. */
const LIMIT_MS = 30_000;

const directory = mkdtempSync(join(tmpdir(), 'mkve-altered-'));
const seed = join(directory, 'seed');
const elsewhere = join(directory, 'elsewhere');
let program: string;
let clean: unknown;
/** Of a store after a build, by their paths in it. */
let files: readonly string[] = [];

beforeAll(() => {
  chmodSync(directory, 0o777);
  program = makeToyProgram(directory);
  writeFileSync(elsewhere, "somebody's\n", { mode: 0o666 });
  clean = valuesOf(build(seed));
  files = filesIn(seed);
  // Some eight hundred empty directories, which are made again when they are missing, and copied a hundred times here.
  execFileSync('find', [seed, '-depth', '-type', 'd', '-empty', '-delete']);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Built {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  readonly steps?: Readonly<Record<string, { readonly how: string; readonly value?: unknown }>>;
  readonly refused?: string;
}

function build(store: string): Built {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [program, store], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    ...NOBODY,
  });
  return { status, signal, stderr, ...(stdout === '' ? {} : (JSON.parse(stdout) as object)) };
}

const valuesOf = ({ steps = {} }: Built) => Object.values(steps).map(({ value }) => value);

function filesIn(store: string): readonly string[] {
  return readdirSync(store, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(store, join(entry.parentPath, entry.name)))
    .sort();
}

/** The right results, or a sentence that says why there are none; in no case other ones. */
function expectRight(store: string, what: string): void {
  const built = build(store);
  expect({ signal: built.signal, stderr: built.stderr }, what).toEqual({ signal: null, stderr: '' });
  if (built.status === 0) expect(valuesOf(built), what).toEqual(clean);
  else
    expect({ status: built.status, said: built.refused !== undefined }, what).toEqual({
      status: 5,
      said: true,
    });
  expect(readFileSync(elsewhere, 'utf8'), what).toBe("somebody's\n");
}

/** What two steps leave: their records and what these name, what ran last, and what makes a directory a store. */
const FILES = 9;

describe(`a store of which each of ${FILES} files in turn`, () => {
  it.each(Object.entries(ALTERATIONS))('is %s gives the right results, or says why not', (how, alter) => {
    expect(files).toHaveLength(FILES);
    for (const file of files) {
      const store = join(directory, 'altered');
      execFileSync('rm', ['-rf', store]);
      execFileSync('cp', ['-a', seed, store]);
      alter(join(store, file), elsewhere);
      if ('uid' in NOBODY) execFileSync('chown', ['-hR', `${NOBODY.uid}:${NOBODY.gid}`, store]);
      expectRight(store, `${file} is ${how}`);
    }
  });
});
