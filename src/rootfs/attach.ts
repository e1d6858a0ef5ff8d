import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

import { hasErrorCode } from '../base/index.js';
import type { WorkerPlace } from '../workers/index.js';
import { joinArgv } from './join-worker.js';
import { type SandboxRequest, sandboxArgv } from './sandbox.js';
import type { Ended } from './spawn-inside.js';

/**
 * How the caller and the command talk. `terminal`: the command gets a pseudo-terminal of its own, and script(1) passes on
 * what is typed and shown, with the caller's terminal as its standard streams. `pipes`: it gets three pipes. Neither the
 * caller's terminal nor a file of the caller is ever opened inside: with them a command could type commands for the
 * caller's shell, or write to a file that was given for reading (/proc/self/fd).
 */
export type Attachment =
  | { readonly kind: 'terminal' }
  | {
      readonly kind: 'pipes';
      readonly stdin: Readable;
      readonly stdout: Writable;
      readonly stderr: Writable;
    };

export interface AttachRequest {
  readonly worker: WorkerPlace;
  /** Of descriptors, `files` and `filter` say which bytes they are to hold. Paths are those that the worker sees. */
  readonly sandbox: Omit<SandboxRequest, 'files' | 'filter' | 'session'>;
  /** Executables put under /tmp. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** A compiled seccomp filter. */
  readonly filter: Uint8Array | undefined;
  readonly attachment: Attachment;
  /** For the programs that lead inside: `PATH`. The command gets `sandbox.env`. */
  readonly env: Readonly<Record<string, string>>;
  /** Who the command is outside, where that is not the caller: whose its terminal has to be. */
  readonly owner?: number;
  readonly signal: AbortSignal;
}

/**
 * Runs a command in the sandbox of a worker, attached to the caller. It runs outside and joins the worker's namespaces;
 * when the worker ends, so does everything that was started there.
 */
export async function attach(request: AttachRequest): Promise<Ended> {
  const { attachment, signal } = request;
  const [program, ...args] = attachment.kind === 'terminal' ? ON_A_TERMINAL : ON_PIPES;
  const descriptors = [encodeArgv(request), ...contentsOf(request)];
  const standard = attachment.kind === 'terminal' ? 'inherit' : 'pipe';
  const child = spawn(program, args, {
    env: { ...request.env, SHELL: '/bin/bash' },
    stdio: [standard, standard, standard, ...descriptors.map(() => 'pipe' as const)],
    // A Ctrl-C at the caller's terminal is for the caller to answer. On a terminal of its own it arrives as a byte.
    detached: attachment.kind === 'pipes',
  });
  const stop = () => stopAttached(child, attachment);
  signal.addEventListener('abort', stop, { once: true });
  descriptors.forEach((bytes, index) => {
    const pipe = child.stdio[FIRST_DESCRIPTOR + index] as Writable;
    pipe.on('error', () => undefined);
    pipe.end(bytes);
  });
  if (attachment.kind === 'pipes') connect(child, attachment);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, killedBy) => {
      signal.removeEventListener('abort', stop);
      if (attachment.kind === 'pipes') attachment.stdin.unpipe().pause();
      resolve(status === null ? { signal: killedBy ?? 'unknown' } : { status });
    });
    if (signal.aborted) stop();
  });
}

/** Where the argument vector comes; the contents of files follow. */
const FIRST_DESCRIPTOR = 3;

/**
 * Reads its argument vector from descriptor 3, since script(1) takes a line of shell and none is ever built from data: the
 * number of the last descriptor to keep, who the terminal is to belong to, then the command. Whatever else the caller's
 * shell left open is closed.
 */
const ENTER = `
mapfile -d "" -t argv <&3
exec 3<&-
if [ -n "\${argv[1]}" ]; then chown "\${argv[1]}" "$(tty)"; fi
for open in /proc/self/fd/*; do
  open=\${open##*/}
  if [ "$open" -gt "\${argv[0]}" ]; then eval "exec $open>&-"; fi
done
exec "\${argv[@]:2}"
`;

/** Without --norc bash would take the sockets that Node gives it for those of a remote shell, and read .bashrc. */
const ON_PIPES = ['bash', '--norc', '-c', ENTER] as const;

/** Node's pipes are sockets, which nobody can open as /dev/stderr. Made here, pipes belong to the user inside. */
const THROUGH_PIPES = [
  'bash',
  '--norc',
  '-c',
  'exec < <(cat) > >(cat) 2> >(cat >&2); exec "$@"',
  'bash',
] as const;

/** script(1): no words of its own, the status of its child, and nothing recorded. */
const ON_A_TERMINAL = ['script', '--quiet', '--return', '--command', ENTER, '/dev/null'] as const;

function encodeArgv(request: AttachRequest): Buffer {
  const { worker, sandbox, files, filter, attachment } = request;
  const first = FIRST_DESCRIPTOR + 1;
  const argv = sandboxArgv({
    ...sandbox,
    files: files.map(({ path }, index) => ({ path, descriptor: first + index })),
    ...(filter === undefined ? {} : { filter: first + files.length }),
    session: attachment.kind === 'terminal' ? 'own' : 'new',
  });
  const last = first + files.length + (filter === undefined ? 0 : 1) - 1;
  const isTerminal = attachment.kind === 'terminal';
  const owner = isTerminal && request.owner !== undefined ? String(request.owner) : '';
  const through = isTerminal ? [] : THROUGH_PIPES;
  const words = [String(last), owner, ...joinArgv(worker), ...through, ...argv];
  return Buffer.from(words.map((word) => `${word}\0`).join(''));
}

function contentsOf({ files, filter }: AttachRequest): readonly Uint8Array[] {
  return [...files.map(({ bytes }) => bytes), ...(filter === undefined ? [] : [filter])];
}

/**
 * script(1) gives the terminal back when it is asked to end. Of pipes somebody inside would still hold the other ends: all go
 * that lead there, and unshare(1) takes what is inside along.
 */
function stopAttached({ pid }: ChildProcess, { kind }: Attachment): void {
  if (pid === undefined) return;
  try {
    if (kind === 'terminal') process.kill(pid, 'SIGTERM');
    else process.kill(-pid, 'SIGKILL');
  } catch (thrown) {
    if (!hasErrorCode(thrown, 'ESRCH')) throw thrown;
  }
}

function connect(
  child: ReturnType<typeof spawn>,
  { stdin, stdout, stderr }: Extract<Attachment, { kind: 'pipes' }>,
): void {
  // A command that ends without reading all is free to do so.
  child.stdin?.on('error', () => undefined);
  if (child.stdin !== null) stdin.pipe(child.stdin);
  child.stdout?.pipe(stdout, { end: false });
  child.stderr?.pipe(stderr, { end: false });
}
