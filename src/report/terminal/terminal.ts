/** Port: the terminal that is drawn on. */
export interface Terminal {
  /** Asked anew for every frame: it may have been resized. Cells. */
  size(): { readonly columns: number; readonly rows: number };
  /** Writes at once, so that nothing of ours can still come after a signal has ended us. */
  write(text: string): void;
}

/** Port: time for a live display. */
export interface Clock {
  /** Milliseconds from any beginning; never goes back. */
  now(): number;
  /** Runs a task once, later; answers how to call it off. */
  after(ms: number, task: () => void): () => void;
}
