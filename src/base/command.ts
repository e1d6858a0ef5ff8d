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
}

export type CommandOutcome =
  | { readonly kind: 'exited'; readonly status: number; readonly stdout: Buffer; readonly stderr: Buffer }
  | { readonly kind: 'killed'; readonly signal: string; readonly stdout: Buffer; readonly stderr: Buffer }
  | { readonly kind: 'not-found'; readonly program: string };

/** Port: runs a program and answers how it ended. Never throws for what the program does. */
export interface CommandRunner {
  run(request: CommandRequest): Promise<CommandOutcome>;
}
