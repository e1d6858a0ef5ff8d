import { visible } from '../report/index.js';

/** Where the command line prints. */
export interface Streams {
  /** A line, or several. On a terminal nothing in them can do more than be read. */
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Text that an answer is to follow, on standard error. */
  readonly prompt: (text: string) => void;
  /** For reporters, which make text of others harmless themselves and may add colours. */
  readonly reporters: { readonly out: (line: string) => void; readonly err: (line: string) => void };
}

export function standardStreams(): Streams {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onStreamError);
  const { stdout, stderr } = process;
  const reporters = {
    out: (line: string) => stdout.write(`${line}\n`),
    err: (line: string) => stderr.write(`${line}\n`),
  };
  return {
    out: stdout.isTTY ? (line) => reporters.out(visible(line)) : reporters.out,
    err: stderr.isTTY ? (line) => reporters.err(visible(line)) : reporters.err,
    prompt: (text) => stderr.write(visible(text)),
    reporters,
  };
}

/**
 * A reader that has seen enough (`mkve log … | head`) is no bug of ours, but a build that ends there is not built
 * either: the status is the one that a shell gives a program ended by SIGPIPE. A terminal that is gone (EIO) has sent
 * SIGHUP as well, which lets children end.
 */
function onStreamError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(141);
  if (error.code !== 'EIO') throw error;
}
