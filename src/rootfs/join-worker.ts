import { spawn } from 'node:child_process';

import type { WorkerPlace } from '../workers/index.js';
import { type Ended, PATH_INSIDE } from './spawn-inside.js';

/** nsenter(1): as root of the worker's user namespace, in a new process of its pid namespace. */
export function joinArgv({ pid }: WorkerPlace): readonly string[] {
  const namespaces = ['user', 'ipc', 'uts'].map((name) => `--${name}=/proc/${pid}/ns/${name}`);
  return [
    'nsenter',
    ...namespaces,
    `--mount=/proc/${pid}/ns/mnt`,
    `--pid=/proc/${pid}/ns/pid_for_children`,
    ...['--setuid', '0', '--setgid', '0', '--'],
  ];
}

/** Runs a program of the host as root of a worker's namespaces, without the worker: for what takes no Node process. */
export function runJoined(worker: WorkerPlace, argv: readonly string[]): Promise<Ended> {
  const [program = '', ...args] = joinArgv(worker);
  const env = { PATH: PATH_INSIDE };
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, ...argv], { env, stdio: 'ignore', detached: true });
    child.on('error', reject);
    child.on('exit', (status, signal) =>
      resolve(status === null ? { signal: signal ?? 'unknown' } : { status }),
    );
  });
}
