import { shortened } from '../base/index.js';

/** Says what is wrong with a name, in a sentence that tells what was expected; undefined when it is legal. */
export type NameCheck = (name: string) => string | undefined;

const CONTROL = /[\p{Cc}\p{Cs}]/u;

/** A word of the user's, safe to print: in single quotes, control characters escaped, cut when very long. */
export function shown(word: string): string {
  const cut = shortened(word, 80);
  return CONTROL.test(cut) ? `'${JSON.stringify(cut).slice(1, -1)}'` : `'${cut}'`;
}

/** SPEC section 1: hypervisor. It names files, and is a part of the target's name. */
export const hypervisorNameFault: NameCheck = (name) =>
  /^[a-z0-9][a-z0-9_.-]*$/.test(name)
    ? undefined
    : `${shown(name)} is no name of a hypervisor: expected lower-case letters, digits, '_', '.' and '-', beginning with a letter or digit`;

/** A directory's name becomes the template's, which names targets and outputs. */
export const templateNameFault: NameCheck = (name) =>
  /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/.test(name)
    ? undefined
    : `${shown(name)} cannot name a template: expected letters, digits, '_', '.', '+' and '-', beginning with a letter or digit`;

/** With architecture and version; a package is a file, whose name has them all and takes 255 bytes (NAME_MAX). */
const LONGEST_PACKAGE = 255;

/**
 * `NAME`, `NAME:ARCH`, `NAME=VERSION` or `NAME:ARCH=VERSION`, as apt-get(8) takes them; the characters are those that
 * Debian policy (5.6.7, 5.6.12) and RPM allow together. A final `-` is refused: apt-get would remove that package.
 */
export const packageNameFault: NameCheck = (name) => {
  if (!/^[A-Za-z0-9][A-Za-z0-9+._-]*(:[a-z0-9][a-z0-9_-]*)?(=[A-Za-z0-9][A-Za-z0-9.+~:^_-]*)?$/.test(name)) {
    return `${shown(name)} is no name of a package: expected NAME, NAME:ARCH or NAME=VERSION, the name of letters, digits, '+', '.', '_' and '-'`;
  }
  if (name.length > LONGEST_PACKAGE)
    return `${shown(name)} is no name of a package: expected at most ${LONGEST_PACKAGE} characters`;
  return /-(:|=|$)/.test(name)
    ? `${shown(name)} ends in '-', which asks apt to remove the package`
    : undefined;
};

/** A hook's name is the name of a file in one directory. */
export const hookNameFault: NameCheck = (name) => {
  if (name === '.' || name === '..') return `${shown(name)} is a directory: expected the name of a hook`;
  if (name.includes('/')) return `${shown(name)} is a path: expected the name of a hook, without '/'`;
  return name === '' || CONTROL.test(name)
    ? `${shown(name)} is no name of a hook: it is empty or holds a control character`
    : undefined;
};

export const versionFault: NameCheck = (version) =>
  /^[0-9A-Za-z][0-9A-Za-z.+~_-]*$/.test(version)
    ? undefined
    : `${shown(version)} is no version: expected letters, digits, '.', '+', '~', '_' and '-', beginning with a letter or digit`;

/** For vendor and license: free text of one line. */
export const plainLineFault: NameCheck = (text) =>
  text.trim() === '' || CONTROL.test(text)
    ? `${shown(text)} is empty or holds a control character: expected one line of text`
    : undefined;
