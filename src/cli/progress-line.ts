/** Says how far something is, on one line of the terminal that is taken away at the end; elsewhere nothing. */
export interface ProgressLine {
  readonly show: (text: string) => void;
  readonly clear: () => void;
}

/** Milliseconds between two drawings: more often nobody can read. */
const INTERVAL_MS = 100;

export function progressLine(now: () => number): ProgressLine {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => undefined, clear: () => undefined };
  let shown = 0;
  let last = Number.NEGATIVE_INFINITY;
  const write = (text: string) => {
    stderr.write(`\r${text}${' '.repeat(Math.max(0, shown - text.length))}\r`);
    shown = text.length;
  };
  return {
    show: (text) => {
      if (now() - last < INTERVAL_MS) return;
      last = now();
      write(text.slice(0, (stderr.columns ?? 80) - 1));
    },
    clear: () => {
      if (shown > 0) write('');
    },
  };
}
