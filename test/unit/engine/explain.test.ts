import { describe, expect, it } from 'vitest';

import { type Action, actionKey, explainDifference } from '../../../src/engine/index.js';

const document = (inputs: Action['inputs'], version = 1) =>
  actionKey({ kind: 'hook', version, inputs }).document;

describe('actionKey', () => {
  it('depends on what the action says and not on the order of saying it', () => {
    const one = actionKey({ kind: 'hook', version: 1, inputs: { a: 1, b: undefined, c: ['x', 'y'] } });
    expect(actionKey({ inputs: { c: ['x', 'y'], a: 1 }, version: 1, kind: 'hook' })).toEqual(one);
    expect(actionKey({ kind: 'hook', version: 1, inputs: { a: 1, c: ['y', 'x'] } }).key).not.toBe(one.key);
    expect(actionKey({ kind: 'hook', version: 2, inputs: { a: 1, c: ['x', 'y'] } }).key).not.toBe(one.key);
    expect(one.document).toBe('{"inputs":{"a":1,"c":["x","y"]},"kind":"hook","version":1}');
  });
});

describe('explainDifference', () => {
  it('finds none between equal documents', () => {
    expect(explainDifference(document({ a: { b: [1] } }), document({ a: { b: [1] } }))).toEqual([]);
  });

  it('names the place of a changed value, without the word inputs', () => {
    expect(
      explainDifference(document({ hook: { digest: 'x' } }), document({ hook: { digest: 'y' } })),
    ).toEqual([{ path: 'hook.digest', before: 'x', after: 'y' }]);
  });

  it('names what is new and what is gone', () => {
    expect(
      explainDifference(document({ a: 1, env: { A: '1' } }), document({ a: 1, env: { B: '2' }, c: null })),
    ).toEqual([
      { path: 'env.A', before: '1' },
      { path: 'env.B', after: '2' },
      { path: 'c', after: null },
    ]);
  });

  it('says of lists what was added and removed', () => {
    const before = document({ packages: ['less', { name: 'vim', version: '1' }] });
    const after = document({ packages: ['nano', 'less', { name: 'vim', version: '2' }] });
    expect(explainDifference(before, after)).toEqual([
      {
        path: 'packages',
        added: ['nano', { name: 'vim', version: '2' }],
        removed: [{ name: 'vim', version: '1' }],
      },
    ]);
  });

  it('says of a list in another order that nothing was added or removed', () => {
    expect(explainDifference(document({ args: ['a', 'b'] }), document({ args: ['b', 'a'] }))).toEqual([
      { path: 'args', added: [], removed: [] },
    ]);
  });

  it('names the version when only that changed', () => {
    expect(explainDifference(document({}), document({}, 2))).toEqual([
      { path: 'version', before: 1, after: 2 },
    ]);
  });

  it('does not take an inherited property for an input', () => {
    expect(explainDifference(document({}), document({ constructor: 'x' }))).toEqual([
      { path: 'constructor', after: 'x' },
    ]);
  });
});
