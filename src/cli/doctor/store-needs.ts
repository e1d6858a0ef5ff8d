import type { Result } from '../../base/index.js';
import { formatSize } from '../../report/index.js';
import type { Mend, Need } from './need.js';
import type { Place } from './store-place.js';

/** A base system, some layers and a bundle of it take about half of this. */
const LEAST_FREE = 2_000_000_000;

/** overlayfs takes no upper directory there, and renames and locks are not what they seem. */
const NETWORK_FILE_SYSTEMS = ['nfs', 'cifs', 'smb2', '9p'];

const ELSEWHERE: Mend = {
  kind: 'advice',
  text: 'name a directory of your own on a local disk with MKVE_CACHE_DIR=DIRECTORY',
};

/**
 * @param seen.place where the store is or will be
 * @param seen.trial the directory that was made there, or why that failed
 */
export function storeNeeds(seen: {
  readonly root: string;
  readonly place: Result<Place, string>;
  readonly trial: Result<string, string>;
}): readonly Need[] {
  const { root, place, trial } = seen;
  const why = 'keeps the results of steps, so that only what changed runs again';
  const directory = { name: 'store directory', kind: 'store', why, required: true } as const;
  if (!place.ok) return [{ ...directory, found: false, detail: place.error, mend: ELSEWHERE }];
  const writable: Need = trial.ok
    ? { ...directory, found: true, detail: root }
    : { ...directory, found: false, detail: trial.error, mend: ELSEWHERE };
  return [writable, fileSystemNeed(place.value), spaceNeed(place.value)];
}

function fileSystemNeed({ type }: Place): Need {
  const need = {
    name: 'store file system',
    kind: 'store',
    why: 'layers and locks take a local one',
    required: true,
    detail: type,
  } as const;
  return NETWORK_FILE_SYSTEMS.includes(type)
    ? { ...need, found: false, mend: ELSEWHERE }
    : { ...need, found: true };
}

function spaceNeed({ directory, free }: Place): Need {
  const need = {
    name: 'free space',
    kind: 'store',
    why: `a build writes up to ${formatSize(LEAST_FREE)}`,
    required: false,
    detail: formatSize(free),
  } as const;
  if (free >= LEAST_FREE) return { ...need, found: true };
  return {
    ...need,
    found: false,
    mend: { kind: 'advice', text: `make room on the disk that holds ${directory}` },
  };
}
