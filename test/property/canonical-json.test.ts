import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type CanonicalValue, canonicalJson } from '../../src/base/index.js';

const { value } = fc.letrec<{ value: CanonicalValue; list: CanonicalValue; record: CanonicalValue }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary' }),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('record'),
    ),
    list: fc.array(tie('value')),
    record: fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { noNullPrototype: true }),
  }),
);

/** The same value with the keys of every object in the opposite order. */
function reversed(of: CanonicalValue): CanonicalValue {
  if (Array.isArray(of)) return of.map(reversed);
  if (typeof of !== 'object' || of === null) return of;
  const entries = Object.entries(of as { [key: string]: CanonicalValue }).reverse();
  return Object.fromEntries(entries.map(([key, member]) => [key, reversed(member)]));
}

describe('canonicalJson', () => {
  test('is read back by JSON.parse as the value that was written', () => {
    fc.assert(
      fc.property(value, (written) => {
        expect(JSON.parse(canonicalJson(written))).toEqual(written);
      }),
    );
  });

  test('does not depend on the order in which keys were added', () => {
    fc.assert(
      fc.property(value, (written) => {
        expect(canonicalJson(reversed(written))).toBe(canonicalJson(written));
      }),
    );
  });

  test('is the same again when read and written again', () => {
    fc.assert(
      fc.property(value, (written) => {
        const text = canonicalJson(written);
        expect(canonicalJson(JSON.parse(text) as CanonicalValue)).toBe(text);
      }),
    );
  });

  test('is the same for equal values and for no others', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(canonicalJson(a) === canonicalJson(b)).toBe(isDeepStrictEqual(a, b));
      }),
    );
  });
});
