import { spawn } from 'node:child_process';

import { BASH, becomeFirst, becomeRootOfNewNamespace, type Caller } from '../workers/index.js';
import { type Ended, endedOf, PATH_INSIDE } from './spawn-inside.js';

/**
 * Runs a program of the host as root of namespaces of its own, without a worker: for what takes no Node process.
 * @param directory where it is started; root there cannot reach everything by its path
 */
export function runInNewNamespaces(
  caller: Caller,
  argv: readonly string[],
  directory: string,
): Promise<Ended> {
  const [program, ...args] = [...BASH, becomeRootOfNewNamespace(caller), 'mkve', ...becomeFirst(argv)];
  const env = { PATH: PATH_INSIDE };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: directory, env, stdio: 'ignore', detached: true });
    child.on('error', reject);
    child.on('exit', (status, signal) => resolve(endedOf(status, signal)));
  });
}
