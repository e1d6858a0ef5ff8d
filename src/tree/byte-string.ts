/** Raw bytes of a file name or link target, one code unit (0-255) a byte; order by code units is order by bytes. */
export type ByteString = string & { readonly __brand: 'ByteString' };

/** From text (taken as UTF-8) or from raw bytes. */
export function byteString(source: string | Uint8Array): ByteString {
  const bytes = typeof source === 'string' ? Buffer.from(source, 'utf8') : Buffer.from(source);
  return bytes.toString('latin1') as ByteString;
}

export function bytesOf(name: ByteString): Buffer {
  return Buffer.from(name, 'latin1');
}

/** For messages: the name as UTF-8, bytes that are not UTF-8 and control characters as `\xNN`. */
export function displayName(name: ByteString): string {
  const text = bytesOf(name).toString('utf8');
  if (text.includes('\uFFFD')) return name.replace(/[^ -~]/gu, hexEscape);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/gu, (control) =>
    byteString(control).replace(/./gsu, hexEscape),
  );
}

function hexEscape(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
