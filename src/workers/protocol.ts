import type { Result } from '../base/index.js';
import type { Failure, Progress } from '../report/index.js';

/** What goes from the caller to a worker, over Node's IPC channel with `advanced` serialization. */
export type WorkerRequest =
  | { readonly type: 'call'; readonly id: number; readonly operation: string; readonly argument: unknown }
  /** To a question of that call. */
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'cancel'; readonly id: number };

/**
 * And back. Any number of `output` and `progress` messages precede the `result` of a call. After a `question` the call
 * waits for its answer.
 */
export type WorkerReply =
  | { readonly type: 'ready' }
  | { readonly type: 'output'; readonly id: number; readonly chunk: Uint8Array }
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly type: 'question'; readonly id: number; readonly question: unknown }
  | { readonly type: 'result'; readonly id: number; readonly result: Result<unknown, Failure> }
  | { readonly type: 'crash'; readonly id: number; readonly message: string };
