/** One mistake in what the user wrote. A reader reports all of them at once. */
export interface Problem {
  /** As the user would name it: relative to the template or the mkvefile's directory. */
  readonly file: string;
  /** From 1; absent when the whole file, or its absence, is meant. */
  readonly line?: number;
  /** What is wrong, and what was expected, in one sentence without a final full stop. */
  readonly message: string;
  /** How to mend it, where that is not plain from the message. */
  readonly hint?: string;
  readonly severity: 'error' | 'warning';
  /** A stable name for what is wrong, as `mkve lint` prints it: `hook-missing`. */
  readonly code?: string;
}
