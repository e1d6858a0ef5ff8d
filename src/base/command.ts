/** One program to run: an argument vector, never a shell string. */
export interface CommandRequest {
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  /** The whole environment of the program; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Bytes for its standard input; without them it reads end of file at once. */
  readonly stdin?: string | Uint8Array;
  /** Called with each piece of standard output and standard error, in the order of arrival. */
  readonly onOutput?: (chunk: Uint8Array) => void;
  /** Called with what the program writes to its descriptor 3, which is open then: where some tell how far they are. */
  readonly onStatus?: (chunk: Uint8Array) => void;
  /** `inherit` gives the program the terminal (sudo asking for a password). Default: `capture`. */
  readonly terminal?: 'capture' | 'inherit';
  readonly signal?: AbortSignal;
  /** Bytes of output to keep and wait for: a program that writes more is ended. Default: as much as fits into memory. */
  readonly mostOutput?: number;
  /**
   * `program`: what it leaves running in the background may keep its output open, and is not waited for. Default: `output`,
   * for programs whose children still have something to say.
   */
  readonly endsWith?: 'program' | 'output';
}

export type CommandOutcome =
  | { readonly kind: 'exited'; readonly status: number; readonly stdout: Buffer; readonly stderr: Buffer }
  | {
      readonly kind: 'killed';
      readonly signal: string;
      /** By us, because it wrote more than `mostOutput`. */
      readonly flooded?: true;
      readonly stdout: Buffer;
      readonly stderr: Buffer;
    }
  | { readonly kind: 'not-found'; readonly program: string };

/** Port: runs a program and answers how it ended. Never throws for what the program does. */
export interface CommandRunner {
  run(request: CommandRequest): Promise<CommandOutcome>;
}
