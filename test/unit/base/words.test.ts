import { describe, expect, it } from 'vitest';

import {
  assertNever,
  bug,
  closestTo,
  compareCodeUnits,
  hasErrorCode,
  messageOf,
  shortened,
} from '../../../src/base/index.js';

describe('compareCodeUnits', () => {
  it('orders as bytes are ordered and not as people order words', () => {
    expect(['a', 'B', 'é', 'b', 'A', '', 'aa'].sort(compareCodeUnits)).toEqual([
      '',
      'A',
      'B',
      'a',
      'aa',
      'b',
      'é',
    ]);
    expect(compareCodeUnits('a', 'a')).toBe(0);
  });
});

describe('closestTo', () => {
  const candidates = ['hypervisor', 'hooks', 'output', 'template'];

  it.each([
    ['hypervizor', 'hypervisor'],
    ['HOOKS', 'hooks'],
    ['ouput', 'output'],
    ['tmplate', 'template'],
  ])('takes %s for %s', (word, expected) => {
    expect(closestTo(word, candidates)).toBe(expected);
  });

  it.each(['mirror', 'x', ''])('takes %j for nothing, being too far from all', (word) => {
    expect(closestTo(word, candidates)).toBeUndefined();
  });

  it('takes the nearest of several, the first of equals', () => {
    expect(closestTo('hook', ['hooks', 'hood', 'book'])).toBe('hooks');
    expect(closestTo('aaab', ['aaac', 'aaab'])).toBe('aaab');
  });
});

describe('errors', () => {
  it('are known by their code', () => {
    const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    expect(hasErrorCode(missing, 'EEXIST', 'ENOENT')).toBe(true);
    expect(hasErrorCode(missing, 'EEXIST')).toBe(false);
    expect(hasErrorCode({ code: 'ENOENT' }, 'ENOENT')).toBe(false);
    expect(hasErrorCode(undefined, 'ENOENT')).toBe(false);
  });

  it('have a message whatever was thrown', () => {
    expect([messageOf(new Error('why')), messageOf('text'), messageOf(undefined)]).toEqual([
      'why',
      'text',
      'undefined',
    ]);
  });

  it('of our own say so', () => {
    expect(() => bug('two roots')).toThrow('BUG: two roots');
    expect(() => assertNever('new case' as never)).toThrow('BUG: unexpected case "new case"');
  });
});

describe('shortened', () => {
  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'longe…'],
    ['ab😀', 3, 'ab…'],
    ['ab😀c', 4, 'ab😀…'],
  ])('%j to %i is %j', (text, most, expected) => {
    expect(shortened(text, most)).toBe(expected);
  });
});
