import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { keepCompiled } from '../../../src/mkvefile/compiled.js';
import { loadMkvefile } from '../../../src/mkvefile/index.js';
import { checkedBefore, keepChecked, rulesOf } from '../../../src/mkvefile/kept-check.js';
import type { CheckedConfig } from '../../../src/mkvefile/loaded.js';
import { tempDir } from './temp-dir.js';

const UID = process.getuid?.() ?? 0;
const RULES = 'these';
const FOUND: CheckedConfig = {
  config: {
    directory: '/project',
    templates: [],
    packages: 'auto',
    hooks: ['/project/hooks'],
    sign: false,
    services: new Map([['pptp', ['pptpd']]]),
    hypervisors: new Map(),
    limits: {},
    cache: {},
  },
  needed: [{ key: ['hooks', 0], absolute: '/project/hooks', kind: 'directory' }],
};

async function place() {
  return { directory: await tempDir({}), uid: UID };
}

const of = (exported: unknown) => ({ exported, file: '/project/mkvefile.ts', rules: RULES });

describe('what came of a check', () => {
  test('is found again for an equal value, as it was', async () => {
    const kept = await place();
    await keepChecked(of({ a: [1, { b: 'c' }], d: null }), kept, FOUND);
    expect(await checkedBefore(of({ a: [1, { b: 'c' }], d: null }), kept)).toEqual(FOUND);
  });

  test('is not taken for another value, file, user or rules', async () => {
    const kept = await place();
    await keepChecked(of({ a: 1, b: 2 }), kept, FOUND);
    for (const other of [{ b: 2, a: 1 }, { a: 1 }, { a: '1', b: 2 }, { a: 1, b: 2, c: 3 }, [1, 2]])
      expect(await checkedBefore(of(other), kept)).toBeUndefined();
    const same = of({ a: 1, b: 2 });
    expect(await checkedBefore({ ...same, file: '/other/mkvefile.ts' }, kept)).toBeUndefined();
    expect(await checkedBefore({ ...same, rules: 'those' }, kept)).toBeUndefined();
    expect(await checkedBefore({ ...same, rules: undefined }, kept)).toBeUndefined();
    expect(await checkedBefore(same, { ...kept, uid: UID + 1 })).toBeUndefined();
    expect(await checkedBefore(same, kept)).toEqual(FOUND);
  });

  test('is never taken for a value that differs', async () => {
    const kept = await place();
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (one, other) => {
        await keepChecked(of(one), kept, FOUND);
        if ((await checkedBefore(of(other), kept)) !== undefined) expect(other).toEqual(one);
      }),
      { numRuns: 50 },
    );
  });

  const endless: unknown[] = [];
  endless.push(endless);
  const sparse: unknown[] = [];
  sparse[1] = 'x';
  const named = Object.assign(['x'], { more: 1 });

  test.each<[string, unknown]>([
    ['something undefined', { a: undefined }],
    ['a function', { a: () => 1 }],
    [
      'what computes',
      {
        get a() {
          return 1;
        },
      },
    ],
    ['a proxy', new Proxy({ a: 1 }, {})],
    ['a symbol', { [Symbol('a')]: 1 }],
    ['an object of a class', { a: new Date(0) }],
    ['an object without a prototype', Object.create(null)],
    ['a hole in an array', sparse],
    ['an array with a name in it', named],
    ['no finite number', { a: Number.NaN }],
    ['a zero below zero', { a: -0 }],
    ['what cannot be seen', Object.defineProperty({}, 'a', { value: 1, enumerable: false })],
    ['a bigint', 1n],
    ['itself', endless],
  ])('is not kept for a value with %s', async (_, exported) => {
    const kept = await place();
    await keepChecked(of(exported), kept, FOUND);
    expect(await readdir(kept.directory)).toEqual([]);
    expect(await checkedBefore(of(exported), kept)).toBeUndefined();
  });

  test('belongs to a build of mkve, and to none where mkve runs from its sources', () => {
    expect(rulesOf('file:///mkve/dist/chunks/chunk-ABCD1234.js')).toContain('ABCD1234');
    expect(rulesOf('file:///mkve/src/mkvefile/load.ts')).toBeUndefined();
    expect(rulesOf('file:///mkve/dist/mkvefile/index.js')).toBeUndefined();
  });
});

describe('an mkvefile that was checked before', () => {
  const SOURCE = `export default { hooks: ['./hooks'], templates: { tiny: { version: '1.0', hypervisors: { lxc: { packages: ['less'] } } } } };`;

  async function checked() {
    const directory = await tempDir({ 'mkvefile.ts': SOURCE, 'hooks/greet': '' });
    const file = join(directory, 'mkvefile.ts');
    const kept = { directory: join(directory, 'kept'), uid: UID };
    await mkdir(kept.directory);
    await keepCompiled(file, kept);
    const request = { file, kept, rules: RULES };
    const first = await loadMkvefile(request);
    expect(await readdir(kept.directory)).toHaveLength(2);
    return { directory, request, first };
  }

  test('is loaded as it was', async () => {
    const { request, first } = await checked();
    expect(first.ok).toBe(true);
    expect(await loadMkvefile(request)).toEqual(first);
  });

  test('is refused in the same words when a path that it needs is there no longer', async () => {
    const { directory, request } = await checked();
    await rm(join(directory, 'hooks'), { recursive: true });
    const refused = await loadMkvefile(request);
    expect(refused.ok).toBe(false);
    expect(refused).toEqual(await loadMkvefile({ file: request.file }));
  });
});
