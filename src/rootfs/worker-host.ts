import { writeFileSync } from 'node:fs';

import { messageOf, type Result } from '../base/index.js';
import { type Failure, type Progress, systemFailure } from '../report/index.js';
import type { Store } from '../store/index.js';
import type { WorkerReply, WorkerRequest } from '../workers/index.js';
import { StoreDamage } from './damage.js';
import { PathTooLong } from './layer-limit.js';
import { TreeCache } from './tree-cache.js';

/** What an operation has at hand inside the worker. */
export interface WorkerContext {
  readonly store: Store;
  readonly trees: TreeCache;
  /** Resolves when there is room for more. */
  readonly output: (chunk: Uint8Array) => Promise<void>;
  readonly progress: (progress: Progress) => void;
  /** Asks whoever called, one question at a time. Rejects when the call is cancelled meanwhile. */
  readonly ask: (question: unknown) => Promise<unknown>;
  readonly signal: AbortSignal;
}

/** The operations a worker offers, by name. Arguments and results cross the IPC channel, so they are plain data. */
export type WorkerHandlers = Readonly<
  Record<string, (argument: never, context: WorkerContext) => Promise<Result<unknown, Failure>>>
>;

/** Serves calls until the caller is gone; then everything in the worker's pid namespace ends with it. */
export function serveWorker(store: Store, handlers: WorkerHandlers): void {
  forbidNestedNamespaces();
  const trees = new TreeCache(store.blobs);
  const running = new Map<number, AbortController>();
  const questions = new Questions();
  process.on('disconnect', () => process.exit(0));
  process.on('message', (request: WorkerRequest) => {
    if (request.type === 'cancel') {
      running.get(request.id)?.abort();
      return;
    }
    if (request.type === 'answer') {
      questions.answer(request.id, request.answer);
      return;
    }
    const { id } = request;
    const controller = new AbortController();
    running.set(id, controller);
    const output = (chunk: Uint8Array) => reply({ type: 'output', id, chunk });
    const progress = (progress: Progress) => void reply({ type: 'progress', id, progress });
    const { signal } = controller;
    const ask = (question: unknown) => questions.ask({ id, question, signal });
    const context = { store, trees, output, progress, ask, signal };
    perform(handlers, request, context)
      .then(reply)
      .finally(() => running.delete(id));
  });
  reply({ type: 'ready' });
}

/** Questions that wait for their answers. */
class Questions {
  readonly #waiting = new Map<number, (answer: unknown) => void>();

  ask(asked: {
    readonly id: number;
    readonly question: unknown;
    readonly signal: AbortSignal;
  }): Promise<unknown> {
    const { id, question, signal } = asked;
    return new Promise((resolve, reject) => {
      const cancelled = () => reject(new Error('cancelled while a question was open'));
      if (signal.aborted) {
        cancelled();
        return;
      }
      signal.addEventListener('abort', cancelled, { once: true });
      this.#waiting.set(id, (answer) => {
        signal.removeEventListener('abort', cancelled);
        resolve(answer);
      });
      void reply({ type: 'question', id, question });
    });
  }

  answer(id: number, answer: unknown): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.(answer);
  }
}

async function perform(
  handlers: WorkerHandlers,
  request: Extract<WorkerRequest, { type: 'call' }>,
  context: WorkerContext,
): Promise<WorkerReply> {
  const { id } = request;
  try {
    const handler = handlers[request.operation];
    if (handler === undefined) return { type: 'crash', id, message: `no operation ${request.operation}` };
    const result = await handler(request.argument as never, context);
    return { type: 'result', id, result };
  } catch (thrown) {
    if (thrown instanceof StoreDamage) {
      if (thrown.layer !== undefined) await context.store.layers.disown(thrown.layer);
      return {
        type: 'result',
        id,
        result: { ok: false, error: { kind: 'store-damaged', detail: thrown.message } },
      };
    }
    if (thrown instanceof PathTooLong) {
      const { path, mostBytes } = thrown;
      return { type: 'result', id, result: { ok: false, error: { kind: 'path-too-long', path, mostBytes } } };
    }
    if (context.signal.aborted)
      return { type: 'result', id, result: { ok: false, error: { kind: 'cancelled' } } };
    const refused = systemFailure(thrown);
    if (refused !== undefined) return { type: 'result', id, result: { ok: false, error: refused } };
    return {
      type: 'crash',
      id,
      message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown),
    };
  }
}

/** Resolves when the message has left: a program that writes without end must not fill our memory. */
function reply(message: WorkerReply): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

/**
 * No hook may make a user namespace of its own and be its root: much of the kernel opens up to such a root. The
 * limit belongs to the worker's namespace (namespaces(7)) and touches nobody else.
 */
function forbidNestedNamespaces(): void {
  writeFileSync('/proc/sys/user/max_user_namespaces', '0');
}
