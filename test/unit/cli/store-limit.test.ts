import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { describe, expect, it } from 'vitest';

import { storeLimit } from '../../../src/cli/store-limit.js';

const limit = (configured: number | undefined, size?: string) =>
  storeLimit({ env: size === undefined ? {} : { MKVE_CACHE_SIZE: size } }, configured, tmpdir());

describe('the limit of a store', () => {
  it('is what the environment says, else the mkvefile, else a tenth of the disk', () => {
    expect(limit(5, '20 MB')).toEqual({ ok: true, value: { bytes: 20e6, from: 'environment' } });
    expect(limit(5)).toEqual({ ok: true, value: { bytes: 5, from: 'mkvefile' } });
    expect(limit(5, '')).toEqual({ ok: true, value: { bytes: 5, from: 'mkvefile' } });
    const { bsize, blocks } = statfsSync(tmpdir());
    expect(limit(undefined)).toEqual({
      ok: true,
      value: { bytes: Math.floor((bsize * blocks) / 10), from: 'disk' },
    });
  });

  it('is refused when it is no size', () => {
    expect(limit(5, 'much')).toMatchObject({ ok: false, error: { kind: 'usage-wrong' } });
  });
});
