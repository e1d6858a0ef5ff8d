import { describe, expect, it, vi } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import type { ActionCache, ActionResult, Claim, Lookup } from '../../../src/store/index.js';

export const ACTION = '{"kind":"toy"}';
export const KEY = digestOf(ACTION);

export const result = (value: number | string): ActionResult => ({
  action: ACTION,
  outputs: { value, nested: { list: [1, null, true], text: 'é' } },
  log: digestOf('log'),
  durationMs: 12,
});

export const always = () => Promise.resolve(true);
export const never = () => Promise.resolve(false);

export function claimOf(lookup: Lookup): Claim {
  if (lookup.kind === 'miss') return lookup.claim;
  throw new Error('expected a miss, found a hit');
}

/** What every action cache must do. `make` gives an empty one of the running test's own. */
export function actionCacheContract(name: string, make: () => ActionCache): void {
  const claimed = async (cache: ActionCache) => claimOf(await cache.lookup(KEY, always));

  describe(`${name} as an action cache`, () => {
    it('misses, then hits with what was published', async () => {
      const cache = make();
      expect(await cache.read(KEY)).toBeUndefined();
      await (await claimed(cache)).publish(result(1));
      expect(await cache.read(KEY)).toEqual(result(1));
      expect(await cache.lookup(KEY, always)).toEqual({ kind: 'hit', result: result(1) });
    });

    it('keeps keys apart', async () => {
      const cache = make();
      await (await claimed(cache)).publish(result(1));
      const other = await cache.lookup(digestOf('{"kind":"other"}'), always);
      expect(other.kind).toBe('miss');
    });

    it('shows nothing of a claim that is given back without a result', async () => {
      const cache = make();
      await (await claimed(cache)).release();
      expect(await cache.read(KEY)).toBeUndefined();
      expect((await cache.lookup(KEY, always)).kind).toBe('miss');
    });

    it('lets nobody read before the result is published, and does not make readers wait', async () => {
      const cache = make();
      const claim = await claimed(cache);
      expect(await cache.read(KEY)).toBeUndefined();
      await claim.publish(result(1));
      expect(await cache.read(KEY)).toEqual(result(1));
    });

    it('never takes a result for one of another key', async () => {
      const cache = make();
      await (await claimed(cache)).publish({ ...result(1), action: '{"kind":"other"}' });
      expect(await cache.read(KEY)).toBeUndefined();
      expect((await cache.lookup(KEY, always)).kind).toBe('miss');
    });

    it('misses where the result is not usable, and then takes a new one', async () => {
      const cache = make();
      await (await claimed(cache)).publish(result('old'));
      const asked: ActionResult[] = [];
      const lookup = await cache.lookup(KEY, (found) => {
        asked.push(found);
        return Promise.resolve(false);
      });
      expect(asked).toEqual([result('old')]);
      await claimOf(lookup).publish(result('new'));
      expect(await cache.read(KEY)).toEqual(result('new'));
    });

    it('gives a key to one at a time', async () => {
      const cache = make();
      let holders = 0;
      let most = 0;
      const work = async () => {
        const claim = claimOf(await cache.lookup(KEY, never));
        most = Math.max(most, ++holders);
        await new Promise((resolve) => setImmediate(resolve));
        holders--;
        await claim.release();
      };
      await Promise.all(Array.from({ length: 5 }, work));
      expect(most).toBe(1);
    });

    it('lets those that waited have the result', async () => {
      const cache = make();
      const claim = await claimed(cache);
      const waiting = [cache.lookup(KEY, always), cache.lookup(KEY, always)];
      await claim.publish(result(1));
      expect(await Promise.all(waiting)).toEqual([
        { kind: 'hit', result: result(1) },
        { kind: 'hit', result: result(1) },
      ]);
    });

    it('lets the next one work when the first gives up', async () => {
      const cache = make();
      const claim = await claimed(cache);
      const waiting = cache.lookup(KEY, always);
      await claim.release();
      await claimOf(await waiting).publish(result(2));
      expect(await cache.read(KEY)).toEqual(result(2));
    });

    it('lets go of a key once only', async () => {
      const cache = make();
      const first = await claimed(cache);
      await first.release();
      const second = await claimed(cache);
      await first.release();
      const controller = new AbortController();
      const third = cache.lookup(KEY, always, { signal: controller.signal });
      controller.abort(new Error('still held'));
      await expect(third).rejects.toThrow('still held');
      await second.publish(result(2));
      await second.release();
      expect((await cache.lookup(KEY, always)).kind).toBe('hit');
    });

    it('says once that it waits, and only where it does', async () => {
      const cache = make();
      const claim = await claimed(cache);
      const onWait = vi.fn();
      const waiting = cache.lookup(KEY, always, { onWait });
      await vi.waitFor(() => expect(onWait).toHaveBeenCalledOnce());
      await claim.publish(result(1));
      await waiting;
      await cache.lookup(KEY, always, { onWait });
      expect(onWait).toHaveBeenCalledOnce();
    });

    it('stops waiting when it is told to, with the reason', async () => {
      const cache = make();
      const claim = await claimed(cache);
      const controller = new AbortController();
      const waiting = cache.lookup(KEY, always, { signal: controller.signal });
      controller.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
      await claim.release();
      await (await claimed(cache)).release();
    });

    it('takes no claim for one who stopped before', async () => {
      const cache = make();
      const stopped = AbortSignal.abort(new Error('before'));
      await expect(cache.lookup(KEY, always, { signal: stopped })).rejects.toThrow('before');
      await (await claimed(cache)).release();
    });

    it('leaves no claim behind when asking whether a result is usable fails', async () => {
      const cache = make();
      await (await claimed(cache)).publish(result(1));
      await expect(cache.lookup(KEY, () => Promise.reject(new Error('store gone')))).rejects.toThrow(
        'store gone',
      );
      expect((await cache.lookup(KEY, always)).kind).toBe('hit');
    });
  });
}
