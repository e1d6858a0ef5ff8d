/** Where the command line prints. */
export interface Streams {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

export function standardStreams(): Streams {
  // A reader that has seen enough (`mkve log … | head`) is no bug of ours, but a build that ends there is not built
  // either: the status is the one that a shell gives a program ended by SIGPIPE.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(141);
      throw error;
    });
  }
  return {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
  };
}
