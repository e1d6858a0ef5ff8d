import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const DIST = resolve(import.meta.dirname, '../../dist/cli');

export interface Ran {
  /** Absent when a signal ended it. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the compiled mkve. `onStart` gets the process while it runs. */
export function run(
  [program, ...args]: readonly [string, ...string[]],
  options: {
    readonly env: Readonly<Record<string, string>>;
    readonly onStart?: (child: ChildProcess) => void;
  },
): Promise<Ran> {
  const child = spawn(process.execPath, [join(DIST, `${program}.js`), ...args], {
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString();
  });
  options.onStart?.(child);
  return new Promise((settle, reject) => {
    child.on('error', reject);
    child.on('close', (status) => settle({ status: status ?? undefined, ...said }));
  });
}

/** Lines of the mount tables of all processes that name a directory. */
export function mountsBelow(directory: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const table = readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
      return table.split('\n').filter((line) => line.includes(directory));
    } catch {
      return [];
    }
  });
}

/** Processes whose command line names a directory. */
export function processesIn(directory: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      return line.includes(directory) && Number(pid) !== process.pid ? [line] : [];
    } catch {
      return [];
    }
  });
}

/** Turns over one byte in the middle of a file. Answers whether there was one to turn over. */
export function damage(path: string): boolean {
  try {
    const bytes = readFileSync(path);
    if (bytes.length === 0) return false;
    const middle = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x40, middle);
    writeFileSync(path, bytes);
    return true;
  } catch {
    // Another process has taken it away, or it may not be written to.
    return false;
  }
}

/** All files below a directory that can be looked into. */
export function filesBelow(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}
