import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { rowsOf, truncateEnd, truncateMiddle, widthOf } from '../../../../src/report/terminal/text-width.js';

describe('the width of text', () => {
  it.each([
    ['', 0],
    ['plain', 5],
    ['волк', 4],
    ['漢字', 4],
    ['ｆｕｌｌ', 8],
    ['e\u0301a\u0308', 2],
    ['👨‍👩‍👧', 2],
    ['한글', 4],
  ])('of %j is %i cells', (text, cells) => expect(widthOf(text)).toBe(cells));
});

describe('text that is too long', () => {
  it.each([
    ['template/openvz:01-root', 23, 'template/openvz:01-root'],
    ['template/openvz:01-root', 11, 'templ…-root'],
    ['template', 2, 't…'],
    ['template', 1, '…'],
    ['template', 0, ''],
    // A wide character that would be cut is left out.
    ['漢字漢字漢字', 6, '漢…字'],
    ['漢字漢字漢字', 5, '漢…字'],
    ['漢字漢字漢字', 4, '漢…'],
    ['e\u0301e\u0301e\u0301e\u0301', 3, 'e\u0301…e\u0301'],
  ])('%j loses its middle for %i cells: %j', (text, cells, shown) =>
    expect(truncateMiddle(text, cells)).toBe(shown),
  );

  it('never takes more cells than there are, and keeps both ends', () => {
    const character = fc.constantFrom('a', 'ж', '漢', 'e\u0301', '👨‍👩‍👧', '-', '/');
    fc.assert(
      fc.property(fc.array(character, { maxLength: 40 }), fc.integer({ min: 0, max: 40 }), (parts, cells) => {
        const text = parts.join('');
        for (const cut of [truncateMiddle(text, cells), truncateEnd(text, cells)])
          expect(widthOf(cut)).toBeLessThanOrEqual(cells);
        expect(text.startsWith(truncateEnd(text, cells))).toBe(true);
        const [head = '', tail = ''] = truncateMiddle(text, cells).split('…');
        expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
      }),
    );
  });
});

describe('the rows of a line', () => {
  it.each([
    ['', 10, 1],
    ['a'.repeat(10), 10, 1],
    ['a'.repeat(11), 10, 2],
    ['漢'.repeat(5), 10, 1],
    // The last cell of a row stays empty before a wide character.
    ['漢'.repeat(5), 9, 2],
    ['漢'.repeat(9), 9, 3],
  ])('%j on %i columns are %i', (line, columns, rows) => expect(rowsOf(line, columns)).toBe(rows));
});
