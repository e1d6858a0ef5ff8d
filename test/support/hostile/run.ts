import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { hasErrorCode } from '../../../src/base/index.js';

/** How a program that was given something hostile ended. */
export interface Ended {
  /** Absent where it had to be killed or a signal ended it. */
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The most memory it ever had, in MiB; absent when it could not say so any more. */
  readonly peak?: number;
  /** It was still running when the time was over. */
  readonly late: boolean;
}

/** Where a case is tried: what a program may change is below it, and nothing else is. */
export interface Ground {
  /** The working directory; programs must leave it as it is. */
  readonly here: string;
  /** HOME, the store and TMPDIR. */
  readonly own: string;
}

export function groundIn(directory: string): Ground {
  const ground = { here: join(directory, 'here'), own: join(directory, 'own') };
  // Not by Node, which takes no path that is longer than the system's calls do.
  execFileSync('rm', ['-rf', directory]);
  for (const path of [ground.here, join(ground.own, 'tmp'), join(ground.own, 'home')])
    mkdirSync(path, { recursive: true });
  return ground;
}

/** What no case should take, on a machine that does other things as well. */
const LIMIT_MS = 45_000;
/** CommonJS, which costs a program nothing but itself: `--import` starts Node's loader of ES modules. */
const PRELOAD = join(import.meta.dirname, 'report-peak.cjs');

export function runHostile(
  argv: readonly string[],
  ground: Ground,
  extra: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const peakFile = join(ground.own, 'peak');
  rmSync(peakFile, { force: true });
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    cwd: ground.here,
    // A group of its own, so that what it started can be ended with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: join(ground.own, 'home'),
      TMPDIR: join(ground.own, 'tmp'),
      MKVE_CACHE_DIR: join(ground.own, 'store'),
      LC_ALL: 'C.UTF-8',
      NODE_OPTIONS: `--require=${JSON.stringify(PRELOAD)}`,
      MKVE_TEST_PEAK: peakFile,
      ...extra,
    },
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endGroup(child.pid);
  }, LIMIT_MS);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      // What a case left in the background.
      endGroup(child.pid);
      const peak = existsSync(peakFile) ? peakIn(readFileSync(peakFile, 'utf8')) : undefined;
      resolve({
        status,
        signal,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
        ...(peak === undefined ? {} : { peak }),
        late,
      });
    });
  });
}

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (thrown) {
    if (!hasErrorCode(thrown, 'ESRCH')) throw thrown;
  }
}

function peakIn(text: string): number {
  return Math.max(...text.trim().split('\n').map(Number)) / 1024;
}

/** MiB. Most need some 70; half a million files of a bundle take 600. */
const MOST_MEMORY = 700;
/** Characters: whoever reads a failure has one screen, and a log is not to be filled. A report may be longer. */
const MOST_WORDS = { stderr: 64 * 1024, stdout: 1024 * 1024 };

/** The law for everything hostile: it ends, by the status that is documented, with words and not with a stack. */
export function expectCivil(
  ended: Ended,
  expected: { readonly status: number; readonly says: string },
): void {
  const { stdout, stderr } = ended;
  const all = `${stdout}\n${stderr}`;
  expect(ended.late, 'it hangs').toBe(false);
  expect({ status: ended.status, signal: ended.signal }, all.slice(0, 2000)).toEqual({
    status: expected.status,
    signal: null,
  });
  expect(all).toContain(expected.says);
  expect(all).not.toMatch(/^ {4}at .+:\d+:\d+\)?$/m);
  expect(all).not.toMatch(/internal error|BUG: |Node\.js v\d/);
  expect(stderr.length).toBeLessThan(MOST_WORDS.stderr);
  expect(stdout.length).toBeLessThan(MOST_WORDS.stdout);
  expect(ended.peak ?? Number.POSITIVE_INFINITY, 'MiB of memory').toBeLessThan(MOST_MEMORY);
  // Not an escape sequence, nor anything else by which text moves the cursor.
  expect(all.match(/(?![\n\t])\p{Cc}/u)).toBeNull();
}

/** One sentence first, by the program's name; what follows is indented. */
export function expectOneSentence({ stderr }: Ended, program: string): void {
  const [first = '', ...rest] = stderr.trimEnd().split('\n');
  expect(first).toMatch(new RegExp(`^${program}: \\S`));
  expect(rest.filter((line) => !line.startsWith('    '))).toEqual([]);
}

/** Every path below a directory, links not followed, to see that a program has left it alone. */
export function listing(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true, encoding: 'buffer' })
    .flatMap((entry) => {
      const name = entry.name.toString('latin1');
      if (!entry.isDirectory()) return [name];
      const below = join(directory, entry.name.toString());
      return [name, ...(existsSync(below) ? listing(below).map((path) => `${name}/${path}`) : [])];
    })
    .sort();
}
