import type { Terminal } from './terminal.js';
import { rowsOf } from './text-width.js';

/** ECMA-48 8.3: CUU, EL and ED; DECTCEM of the VT220 for the cursor. */
const up = (rows: number) => (rows === 0 ? '' : `\x1b[${rows}A`);
const ERASE_TO_END_OF_LINE = '\x1b[K';
const ERASE_BELOW = '\x1b[J';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** One line of the area: what it takes on the terminal is measured without the colours. */
export interface LiveLine {
  readonly plain: string;
  readonly painted: string;
}

/**
 * The last lines on the screen, which are drawn over and over, with lines that stay scrolling away above them. Each
 * frame is one write, and rows are written over rather than erased first, so nothing flickers. The cursor rests at
 * the beginning of the last line: what the terminal echoes of a Ctrl-C is overwritten, and breaks no line.
 */
export class LiveArea {
  readonly #terminal: Terminal;
  #lines: readonly LiveLine[] = [];
  #columns = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /**
   * @param above lines that stay
   * @param lines each narrower than the terminal, together no more than its rows
   */
  draw(above: readonly string[], lines: readonly LiveLine[]): void {
    const { columns } = this.#terminal.size();
    const resized = columns !== this.#columns;
    if (above.length === 0 && !resized && equalLines(lines, this.#lines)) return;
    const drawn = this.#lines.length > 0;
    if (above.length === 0 && lines.length === 0 && !drawn) return;
    const begin = drawn ? this.#toFirstRow(columns) : '';
    const hide = !drawn && lines.length > 0 ? HIDE_CURSOR : '';
    // Lines that stay may be of any length, and after a resize nobody knows what rows hold.
    const erase = drawn && (above.length > 0 || resized) ? ERASE_BELOW : '';
    const stay = above.map((line) => `${line}\r\n`).join('');
    const end = lines.length > 0 ? drawing(lines) : drawn ? `${ERASE_BELOW}${SHOW_CURSOR}` : '';
    this.#terminal.write(`${hide}${begin}${erase}${stay}${end}`);
    this.#lines = lines;
    this.#columns = columns;
  }

  /** Leaves the screen as if nothing had ever been drawn. */
  clear(): void {
    if (this.#lines.length > 0) this.draw([], []);
  }

  /**
   * To the beginning of the area. A terminal that became narrower has broken our lines into more rows, as all
   * current ones do; how many follows from its new width. (One that cuts lines instead, as xterm does, loses as many
   * of the lines above; and rows that a much smaller terminal has scrolled away are out of reach for everybody.)
   */
  #toFirstRow(columns: number): string {
    const rows = this.#lines.slice(0, -1).reduce((sum, { plain }) => sum + rowsOf(plain, columns), 0);
    return `\r${up(rows)}`;
  }
}

function drawing(lines: readonly LiveLine[]): string {
  return `${lines.map(({ painted }) => painted).join(`${ERASE_TO_END_OF_LINE}\r\n`)}${ERASE_BELOW}\r`;
}

function equalLines(some: readonly LiveLine[], others: readonly LiveLine[]): boolean {
  return (
    some.length === others.length && some.every((line, index) => line.painted === others[index]?.painted)
  );
}
