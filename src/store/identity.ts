import { readFileSync, readlinkSync } from 'node:fs';

/** Tells one process from all others of a machine, past and present: a pid alone is used again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and the start of the process: field 22 of /proc/PID/stat, proc(5). */
  readonly startTime: string;
  readonly bootId: string;
  /** Inode name of the pid namespace: pids of another namespace mean nothing here. */
  readonly pidNamespace: string;
}

let knownBootId: string | undefined;

/** It is asked for with every layer that is looked at, and never changes while a program runs. */
export function bootId(): string {
  knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return knownBootId;
}

export function identityOfThisProcess(): ProcessIdentity {
  return {
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? '',
    bootId: bootId(),
    pidNamespace: readlinkSync('/proc/self/ns/pid'),
  };
}

/**
 * Whether the process still runs. One of another pid namespace cannot be looked at from here; one from before the
 * last boot cannot be alive.
 */
export function lifeOf(holder: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (holder.bootId !== bootId()) return 'dead';
  if (holder.pidNamespace !== readlinkSync('/proc/self/ns/pid')) return 'unknown';
  return startTimeOf(holder.pid) === holder.startTime ? 'alive' : 'dead';
}

function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command name in parentheses may hold spaces and parentheses, so count from the last one: field 3 follows.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie does nothing any more, and where nobody reaps (a container without init) it stays for ever.
    return /[ZXx]/.test(fields[0] ?? '') ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
