import { digestOf } from './digest.js';

/** Puts the digest of a text before it, on a line of its own. */
export function seal(body: string): string {
  return `${digestOf(body)}\n${body}`;
}

/** The text, or nothing when it is not what was sealed: torn by a crash, or altered. */
export function unseal(text: string): string | undefined {
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  return end > 0 && text.slice(0, end) === digestOf(body) ? body : undefined;
}
