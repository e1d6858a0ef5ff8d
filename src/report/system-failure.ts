import { hasErrorCode, messageOf } from '../base/index.js';
import type { Failure } from './failure.js';

const ELSEWHERE = 'or name a store on another disk with MKVE_CACHE_DIR';

/** errno(3): what the machine may refuse at any moment, whatever is asked of it, and what helps. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: `free some space, ${ELSEWHERE}`,
  EDQUOT: `free some of what the quota counts, ${ELSEWHERE}`,
  EIO: `look at the kernel's messages: the disk may be failing; ${ELSEWHERE}`,
  EROFS: `mount it for writing, ${ELSEWHERE}`,
  EMFILE: 'raise the limit of open files (ulimit -n), or build less at once with --jobs',
  ENFILE: 'close what has many files open on this machine, or build less at once with --jobs',
  ENOMEM: 'free some memory, or build less at once with --jobs',
};

/** The failure that a thrown system error is, where the machine is to blame and not mkve; nothing for other errors. */
export function systemFailure(thrown: unknown): Extract<Failure, { kind: 'system-refused' }> | undefined {
  const code = Object.keys(REMEDIES).find((name) => hasErrorCode(thrown, name));
  const hint = code === undefined ? undefined : REMEDIES[code];
  return hint === undefined ? undefined : { kind: 'system-refused', detail: messageOf(thrown), hint };
}
