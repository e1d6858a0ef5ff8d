import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** One process: its number may be given out again, its number with its start may not. */
interface Process {
  readonly pid: number;
  /** One letter: proc_pid_stat(5). */
  readonly state: string;
  readonly parent: number;
  /** Clock ticks since the machine started: proc_pid_stat(5). */
  readonly start: string;
  readonly commandLine: string;
}

function allProcesses(): readonly Process[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    try {
      // The name of the program may hold spaces and brackets; what counts comes after the last one.
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      const [state, parent] = stat;
      // A zombie is gone but for its number.
      if (state === 'Z') return [];
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      return [{ pid, state: state ?? '', parent: Number(parent), start: stat[19] ?? '', commandLine }];
    } catch {
      return [];
    }
  });
}

/** A process and all that it has started and that still are its children or their children. */
export function familyOf(pid: number): readonly Process[] {
  const all = allProcesses();
  const family = all.filter((one) => one.pid === pid);
  for (const parent of family) family.push(...all.filter((one) => one.parent === parent.pid));
  return family;
}

/** Those of them that still run. */
export function alive(processes: readonly Process[]): readonly Process[] {
  const all = allProcesses();
  return processes.filter(({ pid, start }) => all.some((one) => one.pid === pid && one.start === start));
}

/** Processes with these words in their command line, wherever they run. */
export function withCommandLine(words: string): readonly Process[] {
  return allProcesses().filter(({ commandLine }) => commandLine.includes(words));
}

/** Those of them that a signal has stopped. */
export function stoppedWithCommandLine(words: string): readonly Process[] {
  return withCommandLine(words).filter(({ state }) => state === 'T');
}

/** Processes that see a mount whose place or source has these words in it. */
export function inMountNamespacesWith(words: string): readonly number[] {
  return allProcesses()
    .map(({ pid }) => pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/mountinfo`, 'latin1').includes(words);
      } catch {
        return false;
      }
    });
}

/** Waits for a state of the machine that nobody tells us of. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await pause(5);
  }
}
