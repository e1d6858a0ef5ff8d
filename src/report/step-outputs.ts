import { LineSplitter } from './line-splitter.js';
import { LogBuffer } from './log-buffer.js';

/** More than a person reads, and little enough to be printed at once. */
const MOST_LINES = 10_000;

/**
 * What running steps have written so far, for reporters that show it in one piece. The chunks are those that the
 * engine keeps for the log as well, so this costs next to no memory.
 */
export class StepOutputs {
  readonly #logs = new Map<string, LogBuffer>();

  add(step: string, chunk: Uint8Array): void {
    let log = this.#logs.get(step);
    if (log === undefined) {
      log = new LogBuffer();
      this.#logs.set(step, log);
    }
    log.add(chunk);
  }

  /** It as lines, of very many the last ones; it is forgotten here. */
  take(step: string): readonly string[] {
    const log = this.#logs.get(step);
    if (log === undefined) return [];
    this.#logs.delete(step);
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    splitter.write(log.bytes());
    splitter.end();
    const more = lines.length - MOST_LINES;
    return more <= 0 ? lines : [`[${more} lines before these are in the log]`, ...lines.slice(-MOST_LINES)];
  }
}
