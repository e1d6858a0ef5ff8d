import { readFileSync } from 'node:fs';

import { hasErrorCode } from '../base/index.js';
import type { HostNeed } from '../report/index.js';
import { type Caller, RANGE_LENGTH } from './caller.js';

/** A line of subuid(5) or subgid(5): ids that its owner may map into namespaces. */
export interface SubordinateRange {
  /** A login name or a uid. */
  readonly owner: string;
  readonly start: number;
  /** How many. */
  readonly count: number;
}

/** Ids are numbers of 32 bits. */
const ID_LIMIT = 2 ** 32;

/** @param text of subuid(5) or subgid(5); lines that are no ranges mean nothing, as to newuidmap(1) */
export function subordinateRanges(text: string): readonly SubordinateRange[] {
  return [...text.matchAll(/^([^:\n]+):(\d{1,10}):(\d{1,10})$/gm)]
    .map(([, owner = '', start, count]) => ({ owner, start: Number(start), count: Number(count) }))
    .filter(({ start, count }) => start + count <= ID_LIMIT);
}

/** What the host lacks for workers to start, seen without starting one. */
export function namespaceNeeds(caller: Caller): readonly HostNeed[] {
  if (caller.uid === 0) return [];
  return ['subuid', 'subgid']
    .filter((file) => !hasRange(`/etc/${file}`, caller))
    .map((file) => rangeNeed(file, caller));
}

function hasRange(file: string, caller: Caller): boolean {
  return subordinateRanges(textOf(file)).some(
    // Root inside is the caller, and needs none.
    ({ owner, count }) =>
      (owner === caller.name || owner === String(caller.uid)) && count >= RANGE_LENGTH - 1,
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    if (hasErrorCode(thrown, 'ENOENT')) return '';
    throw thrown;
  }
}

function rangeNeed(file: string, caller: Caller): HostNeed {
  const kind = file === 'subuid' ? 'uids' : 'gids';
  return {
    what: `a range of ${RANGE_LENGTH} subordinate ${kind} for ${caller.name} in /etc/${file}`,
    why: 'files of a root file system belong to many users',
    remedy: `sudo usermod --add-sub${kind} 100000-165535 ${caller.name}`,
  };
}
