import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { stagedBeside, sweepBeside } from '../../../src/store/index.js';

let directory: string;
let output: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mkve-test-'));
  output = join(directory, 'tiny.bun');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** The name that a process with this number and start would have given its unfinished file. */
function stagedBy(process: { readonly pid: number; readonly start: string }): string {
  const [, , , place, random] = basename(stagedBeside(output)).split('-');
  return join(directory, `.mkve-${process.pid}-${process.start}-${place}-${random}`);
}

function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function swept(path: string): Promise<boolean> {
  writeFileSync(path, 'half');
  await sweepBeside(output);
  return !readdirSync(directory).includes(basename(path));
}

describe('an unfinished file beside an output', () => {
  it('has a name of its own each time, hidden and as short for a long output', () => {
    const long = join(directory, `${'n'.repeat(251)}.bun`);
    expect(stagedBeside(long)).not.toBe(stagedBeside(long));
    expect(basename(stagedBeside(long))).toMatch(/^\.mkve-[\w-]{1,80}\.tmp$/);
  });

  it('of a running process stays', async () => {
    expect(await swept(stagedBeside(output))).toBe(false);
  });

  it('of a dead process goes', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const staged = stagedBy({ pid: child.pid ?? 0, start: startOf(child.pid ?? 0) });
    expect(await swept(staged)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await swept(staged)).toBe(true);
  });

  it('goes when its number now belongs to another process', async () => {
    expect(await swept(stagedBy({ pid: process.pid, start: '1' }))).toBe(true);
  });

  it('of another boot or container goes once it is a day old', async () => {
    const foreign = join(directory, '.mkve-1-1-00000000-00000000.tmp');
    expect(await swept(foreign)).toBe(false);
    const longAgo = new Date(Date.now() - 2 * 86_400_000);
    utimesSync(foreign, longAgo, longAgo);
    await sweepBeside(output);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is not what merely looks alike', async () => {
    expect(await swept(join(directory, '.mkve-notes.tmp'))).toBe(false);
    expect(await swept(join(directory, 'x.mkve-1-1-00000000-00000000.tmp'))).toBe(false);
  });

  it('need not be there', async () => {
    await expect(sweepBeside(join(directory, 'nowhere/tiny.bun'))).resolves.toBeUndefined();
  });
});
