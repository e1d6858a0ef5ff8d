/** Select Graphic Rendition (ECMA-48 8.3.117): colours and the like, which many programs write even into a pipe. */
const COLOR = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d;:]*m`, 'g');
/** The last character stands for the emoji and the Persian words that are made with the two joiners. */
const UNPRINTABLE = /(?![\t\n\u200c\u200d])[\p{Cc}\u2028\u2029\p{Cf}]/gu;

/**
 * Text of others (what hooks wrote, names of files) so that it can be shown: nothing in it moves the cursor, sets the
 * title, rings or turns the direction of writing. Colours are left out, other control characters are written `^[` as
 * cat -v does, or `\u009b`. Newlines and tabs stay.
 */
export function visible(text: string): string {
  if (PRINTABLE.test(text)) return text;
  return text.replace(COLOR, '').replace(UNPRINTABLE, escaped);
}

/** The name of a file or the like, in which a newline would begin a sentence of its own. */
export function visibleName(name: string): string {
  return visible(name).replace(/[\t\n]/g, escaped);
}

/** What most text is: one look at it is enough. */
const PRINTABLE = /^[\t\n -~]*$/;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  const hexadecimal = code.toString(16);
  // The form that JSON has too, so that a JSON line stays one.
  return code > 0xffff ? `\\u{${hexadecimal}}` : `\\u${hexadecimal.padStart(4, '0')}`;
}
