import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface Spawned {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Bytes for descriptors 3, 4, …, each of which then ends. */
  readonly descriptors?: readonly Uint8Array[];
  /** Standard output and standard error, in the order they were written. */
  readonly onOutput: (chunk: Uint8Array) => Promise<void> | void;
  readonly signal: AbortSignal;
}

/** Where programs of the host are looked for: not where the caller looks, whose directories may not be for the worker. */
export const PATH_INSIDE = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export type Ended = { readonly status: number } | { readonly signal: string };

/** What Node's events `exit` and `close` say. */
export function endedOf(status: number | null, signal: string | null): Ended {
  return status === null ? { signal: signal ?? 'unknown' } : { status };
}

/**
 * Runs a program from within a worker. Workers use Node's own spawn and nothing from npm: they start in half the
 * time, and in root's shifted namespace they need to see nothing but mkve's own files.
 */
export function spawnInside(request: Spawned): Promise<Ended> {
  const descriptors = request.descriptors ?? [];
  // One pipe for both streams keeps their order; a shell duplicates it because spawn cannot.
  const child = spawn('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', ...request.argv], {
    cwd: request.cwd,
    env: { PATH: PATH_INSIDE, ...request.env },
    stdio: ['ignore', 'pipe', 'inherit', ...descriptors.map(() => 'pipe' as const)],
  });
  const kill = () => child.kill('SIGKILL');
  request.signal.addEventListener('abort', kill, { once: true });
  const stdout = child.stdout as Readable;
  stdout.on('data', (chunk: Uint8Array) => {
    const room = request.onOutput(chunk);
    if (room === undefined) return;
    stdout.pause();
    room.then(() => stdout.resume());
  });
  descriptors.forEach((bytes, index) => {
    const pipe = child.stdio[index + 3] as Writable;
    // A program that ends without reading all is free to do so.
    pipe.on('error', () => undefined);
    pipe.end(bytes);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      request.signal.removeEventListener('abort', kill);
      resolve(endedOf(status, signal));
    });
    if (request.signal.aborted) kill();
  });
}
