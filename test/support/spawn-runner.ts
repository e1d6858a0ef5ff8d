import { spawn } from 'node:child_process';

import {
  type CommandOutcome,
  type CommandRequest,
  type CommandRunner,
  hasErrorCode,
} from '../../src/base/index.js';

/** The smallest real runner: for tests of folders below the one that has the product's own. */
export const spawnRunner: CommandRunner = { run };

function run(request: CommandRequest): Promise<CommandOutcome> {
  const {
    argv,
    cwd,
    env,
    stdin,
    onOutput,
    onStatus,
    signal,
    mostOutput = Number.POSITIVE_INFINITY,
  } = request;
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...env },
      signal,
      stdio: [
        stdin === undefined ? 'ignore' : 'pipe',
        'pipe',
        'pipe',
        onStatus === undefined ? 'ignore' : 'pipe',
      ],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let flooded: true | undefined;
    const letGo = () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    for (const [stream, pieces] of [[child.stdout, stdout] as const, [child.stderr, stderr] as const]) {
      stream?.on('data', (piece: Buffer) => {
        pieces.push(piece);
        onOutput?.(piece);
        if (pieces.reduce((sum, { length }) => sum + length, 0) <= mostOutput) return;
        flooded = true;
        child.kill();
        letGo();
      });
    }
    child.stdio[3]?.on('data', (piece: Buffer) => onStatus?.(piece));
    // A program that reads no input closes it early; how it ended says all.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
    child.on('error', (error) => {
      if (hasErrorCode(error, 'ENOENT')) resolve({ kind: 'not-found', program });
      else if (!hasErrorCode(error, 'ABORT_ERR')) reject(error);
    });
    // By then what it wrote before its end has been read.
    if (request.endsWith === 'program') child.on('exit', () => setTimeout(letGo, 200));
    child.on('close', (status, killer) => {
      const output = { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
      if (flooded) return resolve({ kind: 'killed', signal: 'SIGTERM', flooded, ...output });
      if (killer !== null) resolve({ kind: 'killed', signal: killer, ...output });
      else if (status !== null) resolve({ kind: 'exited', status, ...output });
    });
  });
}
