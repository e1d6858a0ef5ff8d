import { type ChildProcess, spawn } from 'node:child_process';

import { err, type Result } from '../base/index.js';
import type { Failure, Progress } from '../report/index.js';
import type { WorkerReply, WorkerRequest } from './protocol.js';

/** What the caller of an operation is told meanwhile, and how it stops it. */
export interface CallOptions {
  readonly output: (chunk: Uint8Array) => void;
  readonly progress?: (progress: Progress) => void;
  /** Answers what the operation asks meanwhile. Only for operations that do. */
  readonly answer?: (question: unknown, worker: WorkerPlace) => Promise<unknown>;
  readonly signal: AbortSignal;
}

/** Where a worker lives, for whoever wants to join it there. */
export interface WorkerPlace {
  /** Of the process whose children live in the worker's pid namespace; all its other namespaces are the worker's own. */
  readonly pid: number;
  /** The path under which they see the store. */
  readonly store: string;
}

/** A process to be started as a worker. */
export interface WorkerProgram {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** The path under which it sees the store. */
  readonly store: string;
}

interface Call extends Omit<CallOptions, 'signal'> {
  readonly settle: (result: Result<unknown, Failure>) => void;
  readonly crash: (error: Error) => void;
}

/** One process inside a user namespace, seen from outside. It dies with its caller. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #store: string;
  readonly #calls = new Map<number, Call>();
  readonly #ready: Promise<void>;
  #said = '';
  #ended: string | undefined;
  #nextId = 1;

  constructor({ argv, env, store }: WorkerProgram) {
    const [program, ...args] = argv;
    this.#store = store;
    // Its own session: a Ctrl-C at the terminal is for the caller to answer, not for the programs inside.
    this.#child = spawn(program, args, {
      env,
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#ready = new Promise((resolve) => {
      this.#child.on('message', (reply: WorkerReply) => {
        if (reply.type === 'ready') resolve();
        else this.#take(reply);
      });
      this.#child.on('exit', resolve);
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#said = `${this.#said}${chunk.toString()}`.slice(-4000);
      });
    }
    this.#child.on('error', (error) => this.#end(error.message));
    // Not `close`: it also waits for pipes that a process outside the worker may hold.
    this.#child.on('exit', (status, signal) => this.#end(signal ?? `status ${status}`));
  }

  get isIdle(): boolean {
    return this.#calls.size === 0;
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Runs an operation inside. The promise rejects only for faults of mkve itself. */
  async call(operation: string, argument: unknown, options: CallOptions): Promise<Result<unknown, Failure>> {
    const id = this.#nextId++;
    const settled = new Promise<Result<unknown, Failure>>((settle, crash) => {
      this.#calls.set(id, { ...options, settle, crash });
    });
    const cancel = () => this.#send({ type: 'cancel', id });
    options.signal.addEventListener('abort', cancel, { once: true });
    try {
      await this.#ready;
      if (this.#ended !== undefined) return err(this.#deathFailure(this.#ended));
      this.#send({ type: 'call', id, operation, argument });
      if (options.signal.aborted) cancel();
      return await settled;
    } finally {
      this.#calls.delete(id);
      options.signal.removeEventListener('abort', cancel);
    }
  }

  /** Ends the worker and everything in it; resolves when it is gone, and its mounts with it. */
  async stop(): Promise<void> {
    if (this.#ended !== undefined) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    if (this.#child.connected) this.#child.disconnect();
    await gone;
  }

  #send(request: WorkerRequest): void {
    if (this.#child.connected) this.#child.send(request, () => undefined);
  }

  #take(reply: Exclude<WorkerReply, { type: 'ready' }>): void {
    const call = this.#calls.get(reply.id);
    if (reply.type === 'output') call?.output(reply.chunk);
    else if (reply.type === 'progress') call?.progress?.(reply.progress);
    else if (reply.type === 'question') void this.#answer(reply);
    else if (reply.type === 'result') call?.settle(reply.result);
    else call?.crash(new Error(`a worker failed: ${reply.message}`));
  }

  async #answer({ id, question }: Extract<WorkerReply, { type: 'question' }>): Promise<void> {
    const call = this.#calls.get(id);
    try {
      const answer = await call?.answer?.(question, this.#place);
      this.#send({ type: 'answer', id, answer });
    } catch (thrown) {
      call?.crash(thrown instanceof Error ? thrown : new Error(String(thrown)));
      this.#send({ type: 'cancel', id });
    }
  }

  get #place(): WorkerPlace {
    return { pid: this.#child.pid ?? 0, store: this.#store };
  }

  #end(how: string): void {
    this.#ended ??= how;
    for (const call of this.#calls.values()) call.settle(err(this.#deathFailure(how)));
    this.#calls.clear();
  }

  #deathFailure(how: string): Failure {
    const said = this.#said.trim();
    return {
      kind: 'worker-died',
      detail: said === '' ? `it ended with ${how}` : `it ended with ${how}: ${said}`,
    };
  }
}

/** Starts workers when there is work for them, and no more than may be used at once. */
export class WorkerPool {
  readonly #start: () => Worker;
  readonly #size: number;
  readonly #workers: Worker[] = [];

  constructor(size: number, start: () => Worker) {
    this.#size = size;
    this.#start = start;
  }

  call(operation: string, argument: unknown, options: CallOptions): Promise<Result<unknown, Failure>> {
    return this.#pick().call(operation, argument, options);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  #pick(): Worker {
    const alive = this.#workers.filter((worker) => !worker.hasEnded);
    const idle = alive.find((worker) => worker.isIdle);
    if (idle !== undefined) return idle;
    const first = alive[0];
    if (alive.length >= this.#size && first !== undefined) return first;
    const started = this.#start();
    this.#workers.push(started);
    return started;
  }
}
