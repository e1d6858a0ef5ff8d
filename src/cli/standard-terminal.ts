import type { Clock, Terminal, TerminalReporter } from '../report/index.js';

/** The terminal on standard output. */
export function standardTerminal(): Terminal {
  const { stdout } = process;
  return {
    // A terminal whose size is not known says 0.
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    // Node writes to terminals synchronously.
    write: (text) => stdout.write(text),
  };
}

export const processClock: Clock = {
  now: () => performance.now(),
  after: (ms, task) => {
    // A frame that is due keeps nobody waiting for the end.
    const timer = setTimeout(task, Math.max(0, ms)).unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Tells the reporter what happens to the terminal, and takes its display away however the process ends.
 * @returns how to stop that
 */
export function attachTerminal(reporter: TerminalReporter): () => void {
  const resized = () => reporter.resized();
  const close = () => reporter.close();
  const stop = () => {
    reporter.suspend();
    // SIGTSTP itself has a handler now; this is what it does without.
    process.kill(process.pid, 'SIGSTOP');
  };
  const resume = () => reporter.resume();
  process.stdout.on('resize', resized);
  process.on('exit', close);
  process.on('SIGTSTP', stop);
  process.on('SIGCONT', resume);
  return () => {
    process.stdout.off('resize', resized);
    process.off('exit', close);
    process.off('SIGTSTP', stop);
    process.off('SIGCONT', resume);
    reporter.close();
  };
}
