import type { ChildProcess } from 'node:child_process';

export interface Ran {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that may still be running. */
export interface Running {
  readonly pid: number;
  /** Resolves with the first line of its output that matches; rejects when it ends without one. */
  said(pattern: RegExp): Promise<string>;
  /** Resolves with what is found in all that it has written so far; looked at again whenever there is more. */
  finds<T>(what: string, find: (lines: readonly string[]) => T | undefined): Promise<T>;
  /** Resolves once it has written so many lines; rejects when it ends with fewer. */
  printed(lines: number): Promise<void>;
  readonly ended: Promise<Ran>;
}

/** Watches both streams of a program, whole lines at a time. */
export function runningOf(child: ChildProcess): Running {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const waiting = new Set<() => void>();
  const text = () => Buffer.concat([...out, Buffer.from('\n'), ...err]).toString();
  const take = (into: Buffer[]) => (chunk: Buffer) => {
    into.push(chunk);
    for (const look of [...waiting]) look();
  };
  child.stdout?.on('data', take(out));
  child.stderr?.on('data', take(err));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) =>
      resolve({
        status,
        signal,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    );
  });
  /** Looks at all that was written whenever there is more. */
  const watch = <T>(what: string, find: (lines: readonly string[]) => T | undefined) =>
    new Promise<T>((resolve, reject) => {
      const look = () => {
        const found = find(text().split('\n'));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      const late = () => reject(new Error(`it ended without ${what}:\n${text()}`));
      ended.then(late, late);
    });
  return {
    pid: child.pid ?? 0,
    said: (pattern) => watch(`saying ${pattern}`, (lines) => lines.find((line) => pattern.test(line))),
    printed: async (count) => {
      await watch(`${count} lines`, (lines) => (lines.length - 2 >= count ? true : undefined));
    },
    finds: watch,
    ended,
  };
}
