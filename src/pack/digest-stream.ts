import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { type Piece, PieceHash, type PieceHashResult } from './piece-hash.js';

/** Digests a stream that lies in pieces, while further pieces of it are being made. */
export interface DigestStream {
  /** In order. */
  add(piece: Piece): void;
  finish(): Promise<PieceHashResult>;
  /** Ends it without a result; after `finish`, does nothing. */
  abandon(): Promise<void>;
}

/** In the caller's own thread, at once. */
export function digestHere(): DigestStream {
  const hash = new PieceHash();
  return {
    add: (piece) => hash.add(piece),
    finish: () => Promise.resolve(hash.finish()),
    abandon: () => Promise.resolve(),
  };
}

/** In a thread of its own, beside everything else. */
export function digestInThread(): DigestStream {
  const thread = takeThread();
  const result = resultOf(thread);
  // Whoever abandons it does not wait for the result.
  result.catch(() => undefined);
  let isFinished = false;
  return {
    add: (piece) => thread.postMessage(piece),
    finish: async () => {
      thread.postMessage('finish');
      const digested = await result;
      isFinished = true;
      keepIdle(thread);
      return digested;
    },
    abandon: async () => {
      if (!isFinished) await thread.terminate();
    },
  };
}

/** Starts the thread for the next stream now, so that it is there by the time that there is something to digest. */
export function prepareDigestThread(): void {
  if (idle === undefined) keepIdle(startThread());
}

/** Starting a thread takes longer than digesting a small root file system: one is kept for the next stream. */
let idle: Worker | undefined;

function keepIdle(thread: Worker): void {
  if (idle !== undefined) void thread.terminate();
  idle ??= thread;
  // It alone keeps no process alive.
  thread.unref();
}

function takeThread(): Worker {
  const thread = idle ?? startThread();
  idle = undefined;
  thread.ref();
  return thread;
}

function startThread(): Worker {
  const thread = new Worker(new URL('../pack/digest-thread.js', import.meta.url), {
    // A loader that the process was started with would take longer to start than the thread has to do.
    execArgv: [],
  });
  thread.once('exit', () => {
    if (idle === thread) idle = undefined;
  });
  return thread;
}

async function resultOf(thread: Worker): Promise<PieceHashResult> {
  const settled = new AbortController();
  const { signal } = settled;
  try {
    return await Promise.race([
      once(thread, 'message', { signal }).then(([result]) => result as PieceHashResult),
      once(thread, 'exit', { signal }).then(([status]) => {
        throw new Error(`the thread that digests ended with status ${status}`);
      }),
    ]);
  } finally {
    settled.abort();
  }
}
