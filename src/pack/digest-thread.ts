import { parentPort } from 'node:worker_threads';

import { type Piece, PieceHash } from './piece-hash.js';

/** The program of the thread that `digestInThread` starts: one stream after the other. */
let hash = new PieceHash();
parentPort?.on('message', (message: Piece | 'finish') => {
  if (message !== 'finish') {
    hash.add(message);
    return;
  }
  parentPort?.postMessage(hash.finish());
  hash = new PieceHash();
});
