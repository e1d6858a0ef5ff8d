import { type ByteString, bytesOf } from '../../tree/index.js';

/** An absolute path inside as one word of shell. Names that are no text are written byte by byte, as printf's %b reads them. */
export function pathWord(path: ByteString): string {
  const bytes = bytesOf(path);
  const text = bytes.toString('utf8');
  const isText = !text.includes('\uFFFD') && !/\p{Cc}/u.test(text);
  if (isText) return quoted(`/${text}`);
  const octal = [...bytes].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('');
  return `"$(printf %b '/${octal}')"`;
}

/** Text as one word of shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A here-document without expansion. The text ends with a newline. */
export function hereDocument(text: string): string {
  const lines = new Set(text.split('\n'));
  let mark = 'END';
  while (lines.has(mark)) mark += '_';
  return `<<'${mark}'\n${text}${mark}`;
}
