/** man(7) macros as text. Everything that a page holds passes `roffText`. */

/**
 * Text for roff(7): `code` in backticks becomes bold, a line cannot begin a request, and what a manual page would turn into
 * typographic signs stays as it is typed.
 */
export function roffText(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll('\u2026', '...')
    .replaceAll("'", '\\(aq')
    .replace(/`([^`]+)`/g, '\\fB$1\\fR');
  return escaped.replace(/^(?=[.'])/gm, '\\&');
}

/** The argument of a macro: a double quote would end it. */
function argument(text: string): string {
  return `"${roffText(text).replaceAll('"', '\\(dq')}"`;
}

export function section(title: string): string {
  return `.SH ${argument(title)}`;
}

export function subsection(title: string): string {
  return `.SS ${argument(title)}`;
}

export function paragraph(text: string): string {
  return `.PP\n${roffText(text)}`;
}

/** A term in bold, and what it means. */
export function entry(term: string, text: string): string {
  return `.TP\n.B ${argument(term)}\n${roffText(text)}`;
}

/** Lines that are shown as they are. */
export function verbatim(text: string): string {
  return `.PP\n.in +4n\n.EX\n${roffText(text.trimEnd())}\n.EE\n.in`;
}
