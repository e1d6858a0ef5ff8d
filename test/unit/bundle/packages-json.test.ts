import { describe, expect, test } from 'vitest';

import { parsePackagesJson, writePackagesJson } from '../../../src/bundle/index.js';

const LESS = { name: 'less', version: '590-2', arch: 'amd64' };
const BASH = { name: 'bash', version: '5.2', arch: 'amd64', source: 'bash', source_version: '5.2-1' };

describe('packages.json', () => {
  test('is sorted by name, then architecture, and ends with a newline', () => {
    const text = writePackagesJson([LESS, { ...LESS, arch: 'all' }, BASH]).toString();
    expect(text).toBe(
      '[{"arch":"amd64","name":"bash","source":"bash","source_version":"5.2-1","version":"5.2"},' +
        '{"arch":"all","name":"less","version":"590-2"},{"arch":"amd64","name":"less","version":"590-2"}]\n',
    );
  });

  test('reads back as it was written', () => {
    expect(parsePackagesJson(writePackagesJson([LESS, BASH]))).toEqual({ ok: true, value: [BASH, LESS] });
  });

  test('lists all its faults at once', () => {
    const parsed = parsePackagesJson(Buffer.from('[{"name":"less","version":1,"arch":"amd64","x":0},3]\n'));
    expect(parsed.ok ? [] : parsed.error).toEqual([
      '[0].version has another form: expected one line of text',
      '"[0].x" is not a known key',
      '[1] is not an object',
      '[1].name is missing: expected one line of text',
      '[1].version is missing: expected one line of text',
      '[1].arch is missing: expected one line of text',
    ]);
  });

  test('in another order is not canonical', () => {
    const unsorted = `${JSON.stringify([
      { arch: 'a', name: 'b', version: '1' },
      { arch: 'a', name: 'a', version: '1' },
    ])}\n`;
    expect(parsePackagesJson(Buffer.from(unsorted)).ok).toBe(false);
  });
});
