import xterm from '@xterm/headless';

import type { Clock, Terminal } from '../../src/report/index.js';

/** A terminal in memory that understands what is written to it, and keeps every write. */
export class Screen implements Terminal {
  readonly writes: string[] = [];
  readonly #xterm: InstanceType<typeof xterm.Terminal>;

  constructor(columns: number, rows: number) {
    this.#xterm = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
  }

  size() {
    return { columns: this.#xterm.cols, rows: this.#xterm.rows };
  }

  write(text: string): void {
    this.writes.push(text);
    this.#xterm.write(text);
  }

  /** As the user does: the terminal moves what it shows before anybody hears of it. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.#parsed();
    this.#xterm.resize(columns, rows);
  }

  /** All rows from the first one ever written, without empty ones at the end. Rows that a line was broken into are apart. */
  async rows(): Promise<readonly string[]> {
    await this.#parsed();
    const buffer = this.#xterm.buffer.active;
    const rows: string[] = [];
    for (let row = 0; row < buffer.length; row++)
      rows.push(buffer.getLine(row)?.translateToString(true) ?? '');
    while (rows.at(-1) === '') rows.pop();
    return rows;
  }

  /** Row and column of the cursor, counted from 0 as `rows` is. */
  async cursor(): Promise<readonly [number, number]> {
    await this.#parsed();
    const { baseY, cursorY, cursorX } = this.#xterm.buffer.active;
    return [baseY + cursorY, cursorX];
  }

  /** Whether the last word about it was to show it. */
  isCursorShown(): boolean {
    const all = this.writes.join('');
    return all.lastIndexOf('\x1b[?25l') <= all.lastIndexOf('\x1b[?25h');
  }

  #parsed(): Promise<void> {
    return new Promise((resolve) => this.#xterm.write('', resolve));
  }
}

/** A clock that stands until it is moved on. */
export class HandClock implements Clock {
  readonly #tasks = new Set<{ readonly at: number; readonly task: () => void }>();
  #now = 0;

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.#now + ms, task };
    this.#tasks.add(entry);
    return () => this.#tasks.delete(entry);
  }

  get waiting(): number {
    return this.#tasks.size;
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#tasks].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#tasks.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
    }
    this.#now = end;
  }
}
