import { createReadStream, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { type Command, run } from './command.js';

/** What a command and all its children did, besides taking time. */
export interface Effort {
  /** Programs started: successful execve(2). */
  readonly programs: number;
  /** Bytes written to files by whichever system call; pipes and sockets do not count. */
  readonly written: number;
}

interface Scratch {
  readonly trace: string;
  readonly log: string;
}

/**
 * Runs a command under strace(1), which slows it: such a run is never one of those that are timed. Nothing where
 * strace is missing or the command fails under it: an ordinary user's newuidmap has no privilege while traced.
 */
export async function effortOf({ argv, env }: Command, { trace, log }: Scratch): Promise<Effort | undefined> {
  const strace = [
    'strace',
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-y',
    '-s',
    '0',
    '-e',
    `trace=${CALLS}`,
    '-o',
    trace,
  ];
  try {
    const { status } = await run({ argv: ['/usr/bin/env', ...strace, '--', ...argv], env }, log);
    return status === 0 ? await readTrace(trace) : undefined;
  } finally {
    rmSync(trace, { force: true });
  }
}

const CALLS = 'execve,write,writev,pwrite64,pwritev,pwritev2,copy_file_range,sendfile';

async function readTrace(trace: string): Promise<Effort> {
  let programs = 0;
  let written = 0;
  /** Of each process, the call that strace had to interrupt to tell of another process. */
  const unfinished = new Map<string, string>();
  for await (const line of createInterface({ input: createReadStream(trace) })) {
    const [pid = '', ...words] = line.split(/ +/);
    const rest = words.join(' ');
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(pid, rest);
      continue;
    }
    const call = rest.startsWith('<... ') ? `${unfinished.get(pid) ?? ''}${rest}` : rest;
    const result = Number(/\) += (\d+)$/.exec(call)?.[1] ?? -1);
    if (call.startsWith('execve(')) programs += result === 0 ? 1 : 0;
    else if (result > 0 && goesToFile(call)) written += result;
  }
  return { programs, written };
}

/** `-y` shows a descriptor as `3</path>` or `3<pipe:[42]>`. copy_file_range(2) has the destination third. */
function goesToFile(call: string): boolean {
  const descriptors = [...call.matchAll(/\d+<([^>]*)>/g)].map(([, path = '']) => path);
  const path = call.startsWith('copy_file_range(') ? descriptors[1] : descriptors[0];
  return path !== undefined && /^\/(?!proc\/|sys\/|dev\/(?!shm\/))/.test(path);
}
