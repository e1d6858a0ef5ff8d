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
  const thread = new Worker(new URL('../pack/digest-thread.js', import.meta.url), {
    // A loader that the process was started with would take longer to start than the thread has to do.
    execArgv: [],
  });
  const result = new Promise<PieceHashResult>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (status) => reject(new Error(`the thread that digests ended with status ${status}`)));
  });
  // Whoever abandons it does not wait for the result.
  result.catch(() => undefined);
  return {
    add: (piece) => thread.postMessage(piece),
    finish: () => {
      thread.postMessage('finish');
      return result;
    },
    abandon: async () => {
      await thread.terminate();
    },
  };
}
