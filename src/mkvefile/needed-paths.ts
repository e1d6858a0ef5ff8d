import { stat } from 'node:fs/promises';

import { hasErrorCode, messageOf } from '../base/index.js';
import type { Complain } from './check.js';
import type { KeyPath } from './key-path.js';

/** A path that must exist for the mkvefile to mean anything. */
export interface NeededPath {
  readonly key: KeyPath;
  readonly absolute: string;
  readonly kind: 'file' | 'directory' | 'file or directory';
}

/** Complains of every path that is missing or of the wrong kind, in the order given. */
export async function checkNeededPaths(needed: readonly NeededPath[], complain: Complain): Promise<void> {
  const mistakes = await Promise.all(needed.map(mistakeOf));
  for (const [index, { key }] of needed.entries()) {
    const mistake = mistakes[index];
    if (mistake !== undefined) complain(key, mistake);
  }
}

async function mistakeOf(needed: NeededPath): Promise<string | undefined> {
  try {
    const found = await stat(needed.absolute);
    const good =
      (needed.kind !== 'file' && found.isDirectory()) || (needed.kind !== 'directory' && found.isFile());
    return good ? undefined : `expected a ${needed.kind}, and ${needed.absolute} is something else`;
  } catch (thrown) {
    if (!hasErrorCode(thrown, 'ENOENT', 'ENOTDIR')) return `cannot look at it: ${messageOf(thrown)}`;
    return `expected a ${needed.kind}, and ${needed.absolute} does not exist`;
  }
}
