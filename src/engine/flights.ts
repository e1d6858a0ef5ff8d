/**
 * Lets what has equal keys run one after the other: the second then finds the result of the first. Builds that follow
 * one another in one process share it, so that a new build waits for a step that an older one is still running.
 */
export class Flights {
  /** The last in the queue of each key. */
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(task, task);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
