/** Where the command line prints. */
export interface Streams {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

export function standardStreams(): Streams {
  // A reader that has seen enough (`mkve log … | head`) is no failure of ours.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  return {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
  };
}
