import pLimit, { type LimitFunction } from 'p-limit';

/**
 * How many steps of a pool may run at once.
 *
 * - `work`: as many as `--jobs`, for whatever keeps a core busy
 * - `network`: two, so that a mirror is not asked by every target at once
 * - `sign`: one, so that gpg-agent asks for one passphrase at a time
 */
export function poolSizes(jobs: number): ReadonlyMap<string, number> {
  return new Map([
    ['work', jobs],
    ['network', 2],
    ['sign', 1],
  ]);
}

/** Hands out slots, first come first served within a pool. */
export class Pools {
  readonly #limits = new Map<string, LimitFunction>();
  readonly #sizes: ReadonlyMap<string, number>;

  constructor(sizes: ReadonlyMap<string, number>) {
    this.#sizes = sizes;
  }

  run<T>(pool: string, task: () => Promise<T>): Promise<T> {
    let limit = this.#limits.get(pool);
    if (limit === undefined) {
      limit = pLimit(this.#sizes.get(pool) ?? 1);
      this.#limits.set(pool, limit);
    }
    return limit(task);
  }
}
