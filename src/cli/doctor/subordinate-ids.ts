import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { HostNeed } from '../../report/index.js';
import { type Caller, namespaceNeeds, RANGE_LENGTH, subordinateRanges } from '../../workers/index.js';
import type { Machine } from './machine.js';
import type { Argv, Need } from './need.js';

/** login.defs(5), SUB_UID_MIN: lower ids belong to real users. */
const FIRST_START = 100_000;

type Ids = 'uids' | 'gids';

const FILES: Readonly<Record<Ids, string>> = { uids: 'subuid', gids: 'subgid' };

/** The ranges of ids that an ordinary user needs; root takes those it wants. */
export function subordinateIdNeeds({
  caller,
  etc = '/etc',
}: Pick<Machine, 'caller' | 'etc'>): readonly Need[] {
  if (caller.uid === 0) return [];
  const lacking = namespaceNeeds(caller);
  return (['uids', 'gids'] as const).map((ids) => {
    const lack = lacking.find((need) => isAbout(need, ids));
    const need = {
      name: `subordinate ${ids}`,
      kind: 'kernel',
      why: 'files of a root file system belong to many users',
      required: true,
    } as const;
    if (lack === undefined) return { ...need, found: true };
    const mend = { kind: 'add-ids', argv: addRange(caller, ids, etc) } as const;
    return { ...need, found: false, detail: `${lack.what} is missing`, mend };
  });
}

/** namespaceNeeds names the file in what it misses. */
function isAbout({ what }: HostNeed, ids: Ids): boolean {
  return what.includes(`/etc/${FILES[ids]}`);
}

/** usermod(8): a range that nobody has yet, the same for users and groups. */
function addRange(caller: Caller, ids: Ids, etc: string): Argv {
  const start = freeStart(Object.values(FILES).map((file) => textOf(join(etc, file))));
  return ['usermod', `--add-sub${ids}`, `${start}-${start + RANGE_LENGTH - 1}`, caller.name];
}

/**
 * The first id after every range that is given away.
 * @param texts of subuid(5) and subgid(5)
 */
export function freeStart(texts: readonly string[]): number {
  const ends = texts.flatMap(subordinateRanges).map(({ start, count }) => start + count);
  return ends.reduce((latest, end) => Math.max(latest, end), FIRST_START);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
