import measure from 'fast-string-truncated-width';

/** How many cells text without line breaks takes on a terminal: wide characters two, combining marks none. */
export function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : measure(text, WHOLE, { controlWidth: 0 }).width;
}

const ASCII = /^[ -~]*$/;
const WHOLE = { limit: Number.POSITIVE_INFINITY, ellipsis: '' };
const ELLIPSIS = '…';

/**
 * Text that takes at most so many cells. What is too long loses its middle: both ends of a step's name tell it from
 * others. Characters stay whole, marks stay with what they are on.
 */
export function truncateMiddle(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text;
  if (cells < 1) return '';
  const characters = charactersOf(text);
  const head = fitting(characters, Math.ceil((cells - 1) / 2));
  const tail = fitting(characters.toReversed(), cells - 1 - widthOf(head.join('')));
  return [...head, ELLIPSIS, ...tail.toReversed()].join('');
}

/** Text that takes at most so many cells: the end of what is too long is left out. */
export function truncateEnd(text: string, cells: number): string {
  return widthOf(text) <= cells ? text : fitting(charactersOf(text), cells).join('');
}

function charactersOf(text: string): readonly string[] {
  // The segmenter takes a while to make, and text of ASCII alone does without.
  if (ASCII.test(text)) return [...text];
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}

function fitting(characters: readonly string[], cells: number): readonly string[] {
  let used = 0;
  const end = characters.findIndex((character) => {
    used += widthOf(character);
    return used > cells;
  });
  return end === -1 ? characters : characters.slice(0, end);
}

/** How many rows a line takes when a terminal of this width breaks it; a wide character is never split. */
export function rowsOf(line: string, columns: number): number {
  if (widthOf(line) <= columns) return 1;
  let rows = 1;
  let used = 0;
  for (const character of charactersOf(line)) {
    const width = widthOf(character);
    if (used + width > columns && used > 0) {
      rows++;
      used = 0;
    }
    used += width;
  }
  return rows;
}
