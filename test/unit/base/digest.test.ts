import { describe, expect, it } from 'vitest';

import { digestFromHex, digestOf, hexOf, isDigest, parseDigest } from '../../../src/base/index.js';

/** FIPS 180-2, appendix B.1. */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('a digest', () => {
  it('is the sha256 of bytes, text being UTF-8', () => {
    expect(digestOf('abc')).toBe(`sha256:${ABC}`);
    expect(digestOf('é')).toBe(digestOf(Buffer.from([0xc3, 0xa9])));
  });

  it('goes to hexadecimal digits and back', () => {
    expect(hexOf(digestFromHex(ABC))).toBe(ABC);
    expect(() => digestFromHex(ABC.toUpperCase())).toThrow('BUG');
    expect(() => digestFromHex('')).toThrow('BUG');
  });

  it.each([
    `sha256:${ABC}\n`,
    `sha256:${ABC}0`,
    `sha256:${ABC.slice(1)}`,
    `sha256:${ABC.toUpperCase()}`,
    `sha512:${ABC}`,
    ABC,
    '',
    undefined,
    {},
  ])('is not %j', (text) => {
    expect(isDigest(text)).toBe(false);
  });

  it('is parsed from text, or the text is named in the error', () => {
    expect(parseDigest(`sha256:${ABC}`)).toEqual({ ok: true, value: `sha256:${ABC}` });
    expect(parseDigest('sha256:no')).toEqual({
      ok: false,
      error: "expected sha256: and 64 hexadecimal digits, found 'sha256:no'",
    });
  });
});
