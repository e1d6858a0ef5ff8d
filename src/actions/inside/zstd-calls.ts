import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { FILES_A_CALL } from '../../pack/index.js';

/** Before the reason why a file could not be compressed. Anything else is the path of a file, and absolute. */
const FAILED = '!';

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Runs the zstd program for many files. xargs starts it, some at a time: forking this process would copy the page tables
 * of all that it holds, for each of hundreds of files, and make every page it writes to afterwards a fault.
 */
export class ZstdCalls {
  readonly #directory: string;
  readonly #atOnce: number;
  readonly #waiting = new Map<string, Waiting>();
  #xargs: ChildProcess | undefined;
  #reason: string | undefined;
  #ended: Promise<void> = Promise.resolve();

  /** @param directory a private directory for frames until they are read */
  constructor(directory: string, atOnce: number) {
    this.#directory = directory;
    this.#atOnce = atOnce;
  }

  /** @param args the same in all calls */
  async compress(path: string, args: readonly string[]): Promise<Buffer> {
    this.#xargs ??= this.#start(args);
    await new Promise<void>((resolve, reject) => {
      this.#waiting.set(path, { resolve, reject });
      this.#xargs?.stdin?.write(`${path}\0`);
    });
    const frame = join(this.#directory, `${basename(path)}.zst`);
    const bytes = await readFile(frame);
    await rm(frame);
    return bytes;
  }

  /** xargs gathers files for a call; at the end of its input it takes what there is. */
  flush(): void {
    this.#xargs?.stdin?.end();
    this.#xargs = undefined;
  }

  /** Resolves when nothing of it runs any more. */
  async end(): Promise<void> {
    this.flush();
    await this.#ended;
  }

  #start(args: readonly string[]): ChildProcess {
    // `$0` is the directory for frames, `$@` are files. It says at once which are done, and of others why they are not.
    const call = [
      `if said=$(zstd --quiet ${args.join(' ')} --output-dir-flat "$0" -- "$@" 2>&1)`,
      `then printf '%s\\0' "$@"`,
      `else for file; do printf '${FAILED}%s\\0%s\\0' "$said" "$file"; done`,
      'fi',
    ].join('\n');
    const limits = ['-n', `${FILES_A_CALL}`, '-P', `${this.#atOnce}`];
    const argv = ['-0', '-r', ...limits, 'sh', '-c', call, this.#directory];
    const child = spawn('xargs', argv, { stdio: ['pipe', 'pipe', 'inherit'] });
    let unread = '';
    child.stdout.setEncoding('latin1');
    child.stdout.on('data', (text: string) => {
      const items = `${unread}${text}`.split('\0');
      unread = items.pop() ?? '';
      for (const item of items) this.#hear(item);
    });
    child.stdin.on('error', () => undefined);
    const before = this.#ended;
    const gone = new Promise<void>((resolve) => {
      const ended = (error: Error) => {
        for (const { reject } of this.#waiting.values()) reject(error);
        this.#waiting.clear();
        resolve();
      };
      child.on('error', ended);
      child.on('close', (status) => ended(new Error(`zstd by xargs ended with status ${status}`)));
    });
    this.#ended = before.then(() => gone);
    return child;
  }

  /** A reason comes right before the path of the file that could not be compressed. */
  #hear(item: string): void {
    if (item.startsWith(FAILED)) {
      this.#reason = item.slice(FAILED.length);
      return;
    }
    const waiting = this.#waiting.get(item);
    this.#waiting.delete(item);
    if (this.#reason === undefined) waiting?.resolve();
    else waiting?.reject(errorOf(this.#reason));
    this.#reason = undefined;
  }
}

/** With the code that a system call would have given. */
function errorOf(reason: string): Error {
  const isFull = /No space left on device/.test(reason);
  return Object.assign(new Error(reason.trim()), isFull ? { code: 'ENOSPC' } : {});
}

let version: Promise<string> | undefined;

/** What the program says of itself; asked once in a worker's life, which is that of one build or one watch. */
export function zstdVersion(): Promise<string> {
  version ??= askVersion();
  return version;
}

function askVersion(): Promise<string> {
  const child = spawn('zstd', ['--version'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(Buffer.concat(chunks).toString().trim());
      else reject(new Error(`zstd --version ended with status ${status}`));
    });
  });
}
