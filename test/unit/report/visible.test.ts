import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { visible } from '../../../src/report/index.js';

describe('text of others made visible', () => {
  it.each([
    ['волк 狼 e\u0301 👨‍👩‍👧\tx\n', 'волк 狼 e\u0301 👨‍👩‍👧\tx\n'],
    ['\x1b[1;31merror\x1b[0m: no', 'error: no'],
    ['\x1b[38:2::255:0:0mred\x1b[m', 'red'],
    ['\x1b[2J\x1b[H', '^[[2J^[[H'],
    ['\x1b]0;title\x07', '^[]0;title^G'],
    ['10%\r20%', '10%^M20%'],
    ['\x9b2J\x7f', '\\u009b2J\\u007f'],
    ['a\u202eb\u2066c\u200bd\ufeff', 'a\\u202eb\\u2066c\\u200bd\\ufeff'],
    ['\u2028\u{e0041}', '\\u2028\\u{e0041}'],
    // What is left once colours are out must not make a sequence of its own.
    ['\x1b\x1b[0m[2J', '^[[2J'],
  ])('%j is shown as %j', (text, shown) => expect(visible(text)).toBe(shown));

  it('never lets a control character through, and changes nothing that is printable', () => {
    const unit = fc.oneof(
      fc.constantFrom('\x1b', '[', ']', '0', 'm', ';', '\x9b', '\r', '\x07'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(unit), (parts) => {
        const shown = visible(parts.join(''));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
        expect(shown).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
        expect(visible(shown)).toBe(shown);
      }),
    );
  });
});
