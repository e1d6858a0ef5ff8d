import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import type { BlobStore } from '../../../src/store/index.js';

/** What every blob store must do. `make` gives an empty one of the running test's own. */
export function blobStoreContract(name: string, make: () => BlobStore): void {
  describe(`${name} as a blob store`, () => {
    it('gives back the bytes that were put, by their digest', async () => {
      const store = make();
      const bytes = Buffer.from([0, 1, 255, 10]);
      const digest = await store.put(bytes);
      expect(digest).toBe(digestOf(bytes));
      expect(await store.get(digest)).toEqual(bytes);
      expect(await store.size(digest)).toBe(4);
    });

    it('takes text as UTF-8', async () => {
      const store = make();
      const digest = await store.put('волки');
      expect(digest).toBe(await store.put(Buffer.from('волки')));
      expect((await store.get(digest))?.toString()).toBe('волки');
      expect(await store.size(digest)).toBe(10);
    });

    it('keeps an empty blob apart from none', async () => {
      const store = make();
      expect(await store.get(digestOf(''))).toBeUndefined();
      expect(await store.size(digestOf(''))).toBeUndefined();
      await store.put('');
      expect(await store.get(digestOf(''))).toEqual(Buffer.alloc(0));
      expect(await store.size(digestOf(''))).toBe(0);
    });

    it('has nothing that was not put', async () => {
      const store = make();
      await store.put('something');
      expect(await store.get(digestOf('else'))).toBeUndefined();
      expect(await store.size(digestOf('else'))).toBeUndefined();
    });

    it('takes the same bytes again and again, also at once', async () => {
      const store = make();
      const bytes = Buffer.alloc(2_000, 'x');
      const digests = await Promise.all(Array.from({ length: 20 }, () => store.put(bytes)));
      expect(new Set([...digests, await store.put(bytes)])).toEqual(new Set([digestOf(bytes)]));
      expect(await store.get(digestOf(bytes))).toEqual(bytes);
    });

    it('does not change when a caller writes into its buffer', async () => {
      const store = make();
      const given = Buffer.from('before');
      const digest = await store.put(given);
      given.fill('x');
      const got = await store.get(digest);
      expect(got?.toString()).toBe('before');
      got?.fill('x');
      expect((await store.get(digest))?.toString()).toBe('before');
    });

    it('stores the bytes of a view and not those round it', async () => {
      const store = make();
      const digest = await store.put(new Uint8Array(Buffer.from('[view]').buffer.slice(0)).subarray(0, 0));
      expect(digest).toBe(digestOf(''));
      expect((await store.get(await store.put(Buffer.from('[view]').subarray(1, 5))))?.toString()).toBe(
        'view',
      );
    });
  });
}
