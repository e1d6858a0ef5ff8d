import { err, messageOf, ok, type Result } from '../base/index.js';

/** Bytes to a JSON value, strictly: UTF-8 without errors and without a byte order mark. */
export function parseJson(bytes: Uint8Array): Result<unknown, string> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return ok(JSON.parse(text));
  } catch (thrown) {
    // The parser quotes the input, which is untrusted and may be long.
    const detail = thrown instanceof SyntaxError ? 'not JSON' : messageOf(thrown);
    return err(`it cannot be read: ${detail}`);
  }
}
