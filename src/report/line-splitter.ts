/** Cuts a stream of chunks into whole lines of text, and keeps characters whole that two chunks share. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new TextDecoder('utf-8');
  #open = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Uint8Array): void {
    const lines = (this.#open + this.#decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    this.#open = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line);
  }

  /** What follows the last newline is a line too. */
  end(): void {
    const rest = this.#open + this.#decoder.decode();
    this.#open = '';
    if (rest !== '') this.#onLine(rest);
  }
}
