import type { ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';

import { execa } from 'execa';

import type { CommandOutcome, CommandRequest, CommandRunner } from '../base/index.js';

/** Gives a cancelled program this long to clean up before it is killed. */
const GRACE_MS = 3000;
/** Output of a program that has ended is read in less. */
const QUIET_MS = 200;

/** Runs programs on the host: apt-get, gpg, bash. */
export class ExecaCommandRunner implements CommandRunner {
  async run(request: CommandRequest): Promise<CommandOutcome> {
    const [program, ...args] = request.argv;
    const inherit = request.terminal === 'inherit';
    const status = request.onStatus === undefined ? [] : (['pipe'] as const);
    const child = execa(program, args, {
      ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
      ...(request.signal === undefined ? {} : { cancelSignal: request.signal }),
      ...(inherit
        ? { stdio: 'inherit' }
        : { input: request.stdin ?? '', stdio: ['pipe', 'pipe', 'pipe', ...status] }),
      env: request.env,
      extendEnv: false,
      reject: false,
      encoding: 'buffer',
      stripFinalNewline: false,
      forceKillAfterDelay: GRACE_MS,
      ...(request.mostOutput === undefined ? {} : { maxBuffer: request.mostOutput }),
    });
    if (request.endsWith === 'program') letGoOfOutput(child);
    const { onOutput } = request;
    if (onOutput !== undefined) {
      child.stdout?.on('data', onOutput);
      child.stderr?.on('data', onOutput);
    }
    const told: unknown = child.stdio[3];
    if (request.onStatus !== undefined && told instanceof Readable) told.on('data', request.onStatus);
    const result = await child;
    const streams = { stdout: bufferOf(result.stdout), stderr: bufferOf(result.stderr) };
    if (result.isMaxBuffer)
      return { kind: 'killed', signal: result.signal ?? 'SIGTERM', flooded: true, ...streams };
    if (result.exitCode !== undefined) return { kind: 'exited', status: result.exitCode, ...streams };
    if (result.code === 'ENOENT') return { kind: 'not-found', program };
    return { kind: 'killed', signal: result.signal ?? 'unknown', ...streams };
  }
}

/**
 * What a program wrote before its end is in the pipes and read in a moment; whoever still holds them is not waited for.
 * Closed, they also tell a child that writes without end that nobody listens.
 */
function letGoOfOutput(child: ChildProcess): void {
  child.once('exit', () => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null || stream.closed) continue;
      let quiet = setTimeout(() => stream.destroy(), QUIET_MS);
      stream.on('data', () => {
        clearTimeout(quiet);
        quiet = setTimeout(() => stream.destroy(), QUIET_MS);
      });
      stream.once('close', () => clearTimeout(quiet));
    }
  });
}

function bufferOf(output: unknown): Buffer {
  return output instanceof Uint8Array
    ? Buffer.from(output.buffer, output.byteOffset, output.byteLength)
    : Buffer.alloc(0);
}
