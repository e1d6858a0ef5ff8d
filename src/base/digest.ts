import { createHash } from 'node:crypto';

import { bug } from './bug.js';
import { err, ok, type Result } from './result.js';

/** `sha256:` and 64 lower-case hexadecimal digits: the digest of exact bytes, never of a path or a time. */
export type Digest = string & { readonly __brand: 'Digest' };

const FORM = /^sha256:[0-9a-f]{64}$/;

export function digestOf(bytes: string | Uint8Array): Digest {
  return digestFromHex(createHash('sha256').update(bytes).digest('hex'));
}

/** For a hash that was computed while streaming. */
export function digestFromHex(hex: string): Digest {
  const text = `sha256:${hex}`;
  if (!isDigest(text)) bug(`not a sha256 in hexadecimal: ${hex}`);
  return text;
}

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && FORM.test(text);
}

export function parseDigest(text: string): Result<Digest, string> {
  return isDigest(text) ? ok(text) : err(`expected sha256: and 64 hexadecimal digits, found '${text}'`);
}

export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
