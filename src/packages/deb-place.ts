import { withoutCredentials } from '../base/index.js';

/**
 * The name under which apt keeps a package in its archives: `NAME_VERSION_ARCH.deb`, where the version may hold a colon and
 * no file name may (apt's QuoteString with `_:`).
 */
export function debFileName(found: {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
}): string {
  const quoted = (text: string) =>
    text.replace(/[_:%]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `${quoted(found.name)}_${quoted(found.version)}_${quoted(found.arch)}.deb`;
}

/**
 * The URI to ask for a package that a lock says was at `origin`: with the credentials of its repository, if any.
 * @param repositories what URIs of theirs begin with
 */
export function authorizedUri(origin: string, repositories: readonly string[]): string {
  for (const uri of repositories) {
    const plain = withoutCredentials(uri);
    if (plain !== uri && origin.startsWith(plain)) return uri + origin.slice(plain.length);
  }
  return origin;
}
