/** Characters. What follows is shown as a further line, or a program that never ends its line would fill our memory. */
const MOST_LINE = 65_536;

/** Cuts a stream of chunks into whole lines of text, and keeps characters whole that two chunks share. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new TextDecoder('utf-8');
  /** Only ever added to until its line ends: looking at all of it again with each chunk would cost its square. */
  #open = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Uint8Array): void {
    const [rest = '', ...lines] = this.#decoder.decode(chunk, { stream: true }).split('\n');
    this.#add(rest);
    for (const line of lines) {
      this.#close();
      this.#add(line);
    }
  }

  /** What follows the last newline is a line too. */
  end(): void {
    this.#add(this.#decoder.decode());
    if (this.#open !== '') this.#onLine(this.#open);
    this.#open = '';
  }

  #add(text: string): void {
    this.#open += text;
    // One more, since a carriage return at the end may belong to a newline.
    while (this.#open.length > MOST_LINE + 1) {
      const length = isFirstHalf(this.#open.charCodeAt(MOST_LINE - 1)) ? MOST_LINE - 1 : MOST_LINE;
      this.#onLine(this.#open.slice(0, length));
      this.#open = this.#open.slice(length);
    }
  }

  #close(): void {
    this.#onLine(this.#open.endsWith('\r') ? this.#open.slice(0, -1) : this.#open);
    this.#open = '';
  }
}

/** Of a character that takes two code units. */
function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
