import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestFromHex } from '../../../src/base/index.js';
import { identityOf, type Lock, parseLock, renderLock } from '../../../src/lock/index.js';
import { exact, source } from '../../support/lock-samples.js';

const HEX = 'ab'.repeat(32);
const lock: Lock = {
  sources: [
    {
      source: identityOf(source),
      snapshot: digestFromHex(HEX),
      date: 1_700_000_000,
      sets: [
        { requested: ['less'], onto: digestFromHex(HEX), packages: [exact('less', '1:590-2')] },
        { requested: [], packages: [{ ...exact('libc6'), priority: 'required' }, exact('apt')] },
      ],
    },
  ],
};

describe('the text of a lock', () => {
  it('has a line a package, sorted, with what a reviewer looks for first', () => {
    const lines = renderLock(lock)
      .split('\n')
      .filter((line) => line.includes('"name"'));
    expect(lines.map((line) => line.trim().slice(0, 40))).toEqual([
      '{"name":"apt","version":"1.0","arch":"am',
      '{"name":"libc6","version":"1.0","arch":"',
      '{"name":"less","version":"1:590-2","arch',
    ]);
  });

  it('tells neither passwords nor paths of this machine', () => {
    expect(renderLock(lock)).not.toMatch(/secret|\/etc\/keys/);
    expect(renderLock(lock)).toContain('"http://mirror.example/debian"');
  });

  it('is the same for equal locks, and reads back as what it was', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,8}$/);
    const packages = fc.uniqueArray(
      fc.record({ name, version: fc.stringMatching(/^[0-9][0-9a-z.+~:-]{0,8}$/) }),
      { selector: (one) => one.name, maxLength: 6 },
    );
    const sets = fc.uniqueArray(fc.record({ name, packages }), { selector: (set) => set.name, maxLength: 4 });
    fc.assert(
      fc.property(sets, fc.integer({ min: 0, max: 4_000_000_000 }), (made, date) => {
        const [section] = lock.sources;
        const all = made.map((set) => ({
          requested: [set.name],
          onto: digestFromHex(HEX),
          packages: set.packages.map((one) => exact(one.name, one.version)),
        }));
        const of = (list: typeof all) => renderLock({ sources: [{ ...section, date, sets: list } as never] });
        const text = of(all);
        expect(of(all.toReversed().map((set) => ({ ...set, packages: set.packages.toReversed() })))).toBe(
          text,
        );
        const read = parseLock(text, 'mkve.lock');
        expect(read.ok && renderLock(read.value)).toBe(text);
      }),
    );
  });
});

describe('a lock that is not as mkve writes it', () => {
  const text = renderLock(lock);
  const fault = (changed: string) => {
    const read = parseLock(changed, 'mkve.lock');
    return read.ok ? undefined : `${read.error.line ?? ''}:${read.error.message}`;
  };

  it.each([
    ['the marks of a merge', text.replace('  "sources"', '<<<<<<< ours\n  "sources"'), /^3:.*merge/],
    ['no JSON', text.replace('"format": 1,', '"format": 1'), /^[23]?:is not JSON/],
    ['a newer format', text.replace('"format": 1', '"format": 2'), /format 2.*newer mkve/],
    ['a strange field', text.replace('"format": 1', '"format": 1, "x": 1'), /x: no field/],
    [
      'a digest cut short',
      text.replace(/"sha256":"../, '"sha256":"'),
      /sets\[0\].packages\[0\].sha256: expected 64/,
    ],
    ['a path for a name', text.replace('"name":"apt"', '"name":"../apt"'), /name: expected the name/],
    ['an option for a name', text.replace('"name":"apt"', '"name":"-o"'), /name: expected the name/],
    [
      'a path in a version',
      text.replace('"version":"1.0"', '"version":"1/0"'),
      /version: expected a version/,
    ],
    ['a size of text', text.replace('"size":10', '"size":"10"'), /size: expected a number/],
    ['a base that is no digest', text.replace(/"onto": "sha256:/, '"onto": "'), /onto: expected sha256/],
    ['a list for a file', '[]', /the file: expected an object/],
    ['nothing', '', /is not JSON/],
  ])('is refused for %s', (_what, changed, message) => {
    expect(fault(changed)).toMatch(message);
  });

  it('never makes the reader throw', () => {
    fc.assert(fc.property(fc.json(), (json) => parseLock(json, 'mkve.lock').ok === false));
  });
});
