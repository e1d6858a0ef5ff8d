import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';

import type { HasherCommand } from '../packages/index.js';

export interface HasherEnded {
  readonly ending: { readonly status: number } | { readonly signal: string };
  /** What it wrote on standard error; on standard output as well, unless that went to a file. */
  readonly said: string;
}

/** Enough to tell what went wrong. */
const MOST_SAID = 1024 * 1024;

/**
 * Runs one of hasher's commands. It gets a process group of its own, because a signal to the command alone leaves its
 * helpers running, which later kill the next command's. Its environment has no HOME (no settings of the user's) and no
 * XDG_RUNTIME_DIR (no systemd-run). `not-found` where there is no such program.
 */
export async function runHasher(
  { argv: [program, ...args] }: HasherCommand,
  run: {
    readonly path: string;
    readonly onOutput: (chunk: Uint8Array) => void;
    readonly signal: AbortSignal | undefined;
    /** A new file for its standard output. */
    readonly stdout?: string;
  },
): Promise<HasherEnded | 'not-found'> {
  const file = run.stdout === undefined ? undefined : await open(run.stdout, 'wx', 0o644);
  try {
    const child = spawn(program, args, {
      detached: true,
      env: { PATH: run.path, LC_ALL: 'C' },
      stdio: ['ignore', file?.fd ?? 'pipe', 'pipe'],
    });
    const said: Uint8Array[] = [];
    let length = 0;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Uint8Array) => {
        run.onOutput(chunk);
        length += chunk.length;
        if (length <= MOST_SAID) said.push(chunk);
      });
    }
    const kill = () => {
      if (child.pid !== undefined) signalGroup(child.pid);
    };
    run.signal?.addEventListener('abort', kill, { once: true });
    if (run.signal?.aborted) kill();
    return await new Promise((resolve, reject) => {
      child.on('error', (thrown: NodeJS.ErrnoException) => {
        if (thrown.code === 'ENOENT') resolve('not-found');
        else reject(thrown);
      });
      child.on('close', (status, signal) => {
        run.signal?.removeEventListener('abort', kill);
        const ending = status === null ? { signal: signal ?? 'unknown' } : { status };
        resolve({ ending, said: Buffer.concat(said).toString('utf8') });
      });
    });
  } finally {
    await file?.close();
  }
}

function signalGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended meanwhile.
  }
}
