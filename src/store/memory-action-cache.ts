import { type Digest, digestOf } from '../base/index.js';
import type { ActionCache, ActionResult, Claim, Lookup, LookupWait } from './action-cache.js';

/** An action cache for tests and for graphs that need not outlive the process. */
export class MemoryActionCache implements ActionCache {
  readonly #results = new Map<Digest, ActionResult>();
  readonly #claims = new Map<Digest, Promise<void>>();

  read(key: Digest): Promise<ActionResult | undefined> {
    const result = this.#results.get(key);
    return Promise.resolve(result !== undefined && digestOf(result.action) === key ? result : undefined);
  }

  async lookup(
    key: Digest,
    isUsable: (result: ActionResult) => Promise<boolean>,
    { signal, onWait }: LookupWait = {},
  ): Promise<Lookup> {
    signal?.throwIfAborted();
    if (this.#claims.has(key)) onWait?.();
    for (let held = this.#claims.get(key); held !== undefined; held = this.#claims.get(key)) {
      await orAborted(held, signal);
    }
    const claim = this.#claim(key);
    try {
      const result = await this.read(key);
      if (result === undefined || !(await isUsable(result))) return { kind: 'miss', claim };
      await claim.release();
      return { kind: 'hit', result };
    } catch (thrown) {
      await claim.release();
      throw thrown;
    }
  }

  #claim(key: Digest): Claim {
    const { promise, resolve } = withResolvers();
    this.#claims.set(key, promise);
    const release = () => {
      // A second call must not take away the claim of whoever came next.
      if (this.#claims.get(key) === promise) this.#claims.delete(key);
      resolve();
      return Promise.resolve();
    };
    return {
      release,
      publish: (result) => {
        this.#results.set(key, result);
        return release();
      },
    };
  }
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function orAborted(wait: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return wait;
  signal.throwIfAborted();
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([wait, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
