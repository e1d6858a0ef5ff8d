/** One mistake in one file. The reader of the file adds its name and makes a problem for the user of it. */
export interface Finding {
  /** From 1; absent when the whole file is meant. */
  readonly line?: number;
  /** What is wrong, and what was expected, in one sentence without a final full stop. */
  readonly message: string;
  readonly hint?: string;
  readonly severity: 'error' | 'warning';
  /** A stable name for what is wrong: `vps-conf-name`. */
  readonly code?: string;
}
