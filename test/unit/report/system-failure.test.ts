import { describe, expect, it } from 'vitest';

import { exitStatusOf, renderFailure, systemFailure } from '../../../src/report/index.js';

describe('a system error', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM'])(
    '%s is a failure with a remedy, and the status of the store',
    (code) => {
      const failure = systemFailure(Object.assign(new Error(`${code}: something, write`), { code }));
      expect(failure).toMatchObject({ kind: 'system-refused', detail: `${code}: something, write` });
      if (failure === undefined) return;
      expect(exitStatusOf(failure)).toBe(5);
      const { headline, details } = renderFailure(failure);
      expect(headline).toContain(code);
      expect(details).toEqual([expect.stringMatching(/^hint: \w/)]);
    },
  );

  it('of any other kind is none: it would be our own mistake', () => {
    expect(systemFailure(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBeUndefined();
    expect(systemFailure(new TypeError('x'))).toBeUndefined();
    expect(systemFailure('ENOSPC')).toBeUndefined();
  });
});
