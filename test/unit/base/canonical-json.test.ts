import { describe, expect, it } from 'vitest';

import { canonicalJson } from '../../../src/base/index.js';

describe('canonicalJson', () => {
  it('orders keys by code units, as no locale would', () => {
    expect(canonicalJson({ b: 1, a: 2, B: 3, é: 4, '\u{1f43a}': 5, '\uffff': 6, '10': 7, '9': 8 })).toBe(
      '{"10":7,"9":8,"B":3,"a":2,"b":1,"é":4,"\u{1f43a}":5,"\uffff":6}',
    );
  });

  it('keeps the order of lists', () => {
    expect(canonicalJson(['b', 'a', ['d', 'c']])).toBe('["b","a",["d","c"]]');
  });

  it('leaves out properties that are undefined', () => {
    expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
  });

  it('writes no white space and escapes as JSON.stringify does', () => {
    expect(canonicalJson({ a: ['x\n"\\', '\ud800', true, false, null, -1] })).toBe(
      '{"a":["x\\n\\"\\\\","\\ud800",true,false,null,-1]}',
    );
  });

  it('writes a negative zero as the zero it reads back as', () => {
    expect(canonicalJson(-0)).toBe('0');
  });

  it('does not take a key such as __proto__ for anything but a key', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":1,"constructor":2}'))).toBe(
      '{"__proto__":1,"constructor":2}',
    );
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    'refuses %d, which has more than one spelling',
    (number) => {
      expect(() => canonicalJson({ a: [number] })).toThrow('BUG: canonical JSON holds safe integers only');
    },
  );
});
