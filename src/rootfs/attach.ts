import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

import { hasErrorCode } from '../base/index.js';
import {
  BASH,
  becomeFirst,
  becomeRootOfNewNamespace,
  type Caller,
  closeDescriptorsAbove,
  type WorkerPlace,
} from '../workers/index.js';
import { type SandboxRequest, sandboxArgv, sandboxAsFirst } from './sandbox.js';
import { type Ended, endedOf } from './spawn-inside.js';

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

/** The namespaces in which a sandbox is made: those of a worker, or new ones, in which the current directory is the given one. */
export type Namespaces =
  | { readonly kind: 'worker'; readonly worker: WorkerPlace }
  | { readonly kind: 'new'; readonly caller: Caller; readonly directory: string };

export interface AttachRequest {
  readonly namespaces: Namespaces;
  /** Of descriptors, `files` and `filter` say which bytes they are to hold. Paths are those that are seen there. */
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
 * Runs a command in a sandbox, attached to the caller. What leads there is started outside. When the caller is killed, all
 * that was started ends.
 */
export async function attach(request: AttachRequest): Promise<Ended> {
  const { attachment, namespaces, signal } = request;
  const enter = scriptFor(namespaces);
  const [program, ...args] = attachment.kind === 'terminal' ? onTerminal(enter) : [...BASH, enter];
  const descriptors = [encodeArgv(request), ...contentsOf(request)];
  const standard = attachment.kind === 'terminal' ? 'inherit' : 'pipe';
  const child = spawn(program, args, {
    env: { ...request.env, SHELL: '/bin/bash' },
    ...(namespaces.kind === 'new' ? { cwd: namespaces.directory } : {}),
    stdio: [standard, standard, standard, 'pipe', ...descriptors.map(() => 'pipe' as const)],
    // A Ctrl-C at the caller's terminal is for the caller to answer. On a terminal of its own it arrives as a byte.
    detached: attachment.kind === 'pipes',
  });
  const stop = () => stopAttached(child, attachment);
  signal.addEventListener('abort', stop, { once: true });
  const lifeline = pipeOf(child, LIFELINE);
  child.on('exit', () => lifeline.end('over\n'));
  descriptors.forEach((bytes, index) => {
    pipeOf(child, WORDS + index).end(bytes);
  });
  if (attachment.kind === 'pipes') connect(child, attachment);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, killedBy) => {
      signal.removeEventListener('abort', stop);
      if (attachment.kind === 'pipes') attachment.stdin.unpipe().pause();
      resolve(endedOf(status, killedBy));
    });
    if (signal.aborted) stop();
  });
}

function pipeOf(child: ChildProcess, descriptor: number): Writable {
  const pipe = child.stdio[descriptor] as Writable;
  pipe.on('error', () => undefined);
  return pipe;
}

/** Ends without a word where the caller was killed. */
const LIFELINE = 3;
/** Where the argument vector comes; the contents of files follow. */
const WORDS = 4;

/**
 * A constant text. It reads its arguments from a descriptor, since script(1) takes a line of shell and none is ever built from
 * data: the number of the last descriptor to keep, who the terminal is to belong to, then the command. Whatever else the
 * caller's shell left open is closed. `$$` is the process that all that follows becomes, up to the program whose end takes
 * along whatever is in its namespaces.
 */
function scriptFor(namespaces: Namespaces): string {
  const become = namespaces.kind === 'new' ? becomeRootOfNewNamespace(namespaces.caller) : 'exec "$@"';
  return `${START}\n${become}`;
}

const START = `
mapfile -d "" -t words <&${WORDS}
[ "\${#words[@]}" -gt 0 ] || exit 1
exec ${WORDS}<&-
last=\${words[0]}
${closeDescriptorsAbove('$last')}
if [ -n "\${words[1]}" ]; then chown "\${words[1]}" "$(tty)"; fi
{ read -r _ <&${LIFELINE} || kill -KILL $$; } <&- >&- 2>&- &
exec ${LIFELINE}<&-
set -- "\${words[@]:2}"
`;

/** Node's pipes are sockets, which nobody can open as /dev/stderr. Made here, pipes belong to the user inside. */
const THROUGH_PIPES = [...BASH, 'exec < <(cat) > >(cat) 2> >(cat >&2); exec "$@"', 'mkve'] as const;

/** script(1): no words of its own, the status of its child, and nothing recorded. */
function onTerminal(script: string): readonly [string, ...string[]] {
  return ['script', '--quiet', '--return', '--command', script, '/dev/null'];
}

function encodeArgv(request: AttachRequest): Buffer {
  const { namespaces, sandbox, files, filter, attachment } = request;
  const first = WORDS + 1;
  const wanted: SandboxRequest = {
    ...sandbox,
    files: files.map(({ path }, index) => ({ path, descriptor: first + index })),
    ...(filter === undefined ? {} : { filter: first + files.length }),
    session: attachment.kind === 'terminal' ? 'own' : 'new',
  };
  const last = first + files.length + (filter === undefined ? 0 : 1) - 1;
  const isTerminal = attachment.kind === 'terminal';
  const owner = isTerminal && request.owner !== undefined ? String(request.owner) : '';
  const through = isTerminal ? [] : THROUGH_PIPES;
  const argv =
    namespaces.kind === 'new'
      ? [...through, ...becomeFirst(sandboxAsFirst(wanted))]
      : [...joinArgv(namespaces.worker), ...through, ...sandboxArgv(wanted)];
  const words = [String(last), owner, ...argv];
  return Buffer.from(words.map((word) => `${word}\0`).join(''));
}

/** nsenter(1): as root of the worker's user namespace, in a new process of its pid namespace. */
function joinArgv({ pid }: WorkerPlace): readonly string[] {
  const namespaces = ['user', 'ipc', 'uts'].map((name) => `--${name}=/proc/${pid}/ns/${name}`);
  return [
    'nsenter',
    ...namespaces,
    `--mount=/proc/${pid}/ns/mnt`,
    `--pid=/proc/${pid}/ns/pid_for_children`,
    ...['--setuid', '0', '--setgid', '0', '--'],
  ];
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
