import { isAbsolute, resolve } from 'node:path';

import type { Complain } from './check.js';
import type { KeyPath } from './key-path.js';
import type { NeededPath } from './needed-paths.js';

/** What grows while one mkvefile is checked. */
export interface Draft {
  /** The mkvefile's directory, absolute. */
  readonly directory: string;
  readonly complain: Complain;
  /** Notes that a path must exist, to be looked at once all is read. */
  readonly needed: NeededPath[];
}

/** The absolute form of a path as written, noted as one that must exist. */
export function need(draft: Draft, kind: NeededPath['kind'], at: { key: KeyPath; written: string }): string {
  const absolute = absoluteIn(draft, at.written);
  draft.needed.push({ key: at.key, absolute, kind });
  return absolute;
}

export function absoluteIn(draft: Draft, written: string): string {
  return isAbsolute(written) ? written : resolve(draft.directory, written);
}
