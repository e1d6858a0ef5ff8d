import { formatSize } from '../../report/index.js';

/** What is known of a command that failed. */
interface Failed {
  /** The path by which it was to be started. */
  readonly program: string;
  /** The last lines that it, or bwrap in its place, wrote. */
  readonly lastLines: readonly string[];
  /** Of the disk that takes what it writes. */
  readonly freeBytes: number;
}

/** So little is left where a disk was full a moment ago. */
const NEXT_TO_NOTHING = 64 * 1024 * 1024;

/** How to mend what the words of a failed command alone would not tell its author. */
export function hintFor(failed: Failed): string | undefined {
  const { program, lastLines, freeBytes } = failed;
  const start = `bwrap: execvp ${program}: `;
  const reason = lastLines.at(-1)?.startsWith(start) ? lastLines.at(-1)?.slice(start.length) : undefined;
  if (reason !== undefined) return START_HINTS[reason];
  if (!lastLines.some((line) => /No space left on device|Disk quota exceeded/.test(line))) return undefined;
  return freeBytes < NEXT_TO_NOTHING
    ? 'the disk of the store is full: free some space, or name a store on another disk with MKVE_CACHE_DIR'
    : `the disk of the store has ${formatSize(freeBytes)} left; /tmp and /dev are memory, and too small for this`;
}

/** By the reason that execve(2) gives: the file itself is there and executable, since mkve has put it there. */
const START_HINTS: Readonly<Record<string, string>> = {
  'No such file or directory':
    'the root file system, as the step before left it, lacks the program that the first line of the hook names, or the loader of that program',
  'Permission denied':
    'the program that the first line of the hook names is not executable in the root file system, as the step before left it',
  'Exec format error': 'the hook has no first line such as #!/bin/sh, and is no program for this machine',
};
