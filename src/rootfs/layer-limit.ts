import { statfs } from 'node:fs/promises';

import { err, ok, type Result } from '../base/index.js';
import { spawnInside } from './spawn-inside.js';

/** Thrown where the files of a layer have more bytes than a layer may. */
export class LayerTooLarge extends Error {}

/** Thrown where a layer holds what no program could name by its whole path; a command can make it step by step. */
export class PathTooLong extends Error {
  readonly path: string;
  readonly mostBytes: number;

  constructor(path: string, mostBytes: number) {
    super(`${path} is longer than ${mostBytes} bytes`);
    this.path = path;
    this.mostBytes = mostBytes;
  }
}

export interface LayerLimit {
  /** Where a layer is being written. */
  readonly upper: string;
  readonly mostBytes: number;
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks at the disk: some hundred megabytes of a fast one. */
const PAUSE = 100;

/**
 * Stops work that fills the disk of the store. No user may set a quota there, and asking the disk how much is free costs
 * next to nothing, while a look at all files of a layer costs what there is of them: so they are added up only when the
 * disk has lost as much as the layer may take. What a layer has in the end is counted exactly when it is scanned.
 * @returns nothing but that it was stopped, or what the work came to
 */
export async function withinDisk<T>(
  { upper, mostBytes, signal }: LayerLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Result<T, 'too-large'>> {
  const over = new AbortController();
  const ended = new AbortController();
  const before = await freeBytes(upper);
  /** How much the disk may lose before it is worth another look. */
  let room = mostBytes;
  const look = async () => {
    if (before - (await freeBytes(upper)) > room) {
      const taken = await bytesBelow(upper, ended.signal);
      if (taken > mostBytes) over.abort();
      // Others write to this disk, too.
      room = before - (await freeBytes(upper)) + mostBytes - taken;
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const keepLooking = () => {
    // The directory may be gone when the work has just ended.
    const again = () => {
      if (!ended.signal.aborted) keepLooking();
    };
    timer = setTimeout(
      () =>
        void look()
          .catch(() => undefined)
          .finally(again),
      PAUSE,
    );
  };
  keepLooking();
  try {
    const done = await work(AbortSignal.any([signal, over.signal]));
    return over.signal.aborted ? err('too-large') : ok(done);
  } finally {
    ended.abort();
    clearTimeout(timer);
  }
}

/** Of the file system that a path is on, for users that are not root. */
export async function freeBytes(path: string): Promise<number> {
  const { bsize, bavail } = await statfs(path);
  return bsize * bavail;
}

/** By du(1), whose last line is the sum. */
async function bytesBelow(directory: string, signal: AbortSignal): Promise<number> {
  let said = '';
  await spawnInside({
    argv: ['du', '--summarize', '--one-file-system', '--block-size=1', directory],
    env: {},
    onOutput: (chunk) => {
      said = `${said}${Buffer.from(chunk).toString('latin1')}`.slice(-8192);
    },
    signal,
  });
  return Number(/(\d+)\t[^\n]*\n$/.exec(said)?.[1] ?? 0);
}
