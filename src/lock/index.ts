/**
 * What was resolved, as a file for people to review: the exact packages that each list of packages means, by source. Pure:
 * text to lock and back, a lock put into the steps of a graph, and the lock that a build leaves.
 */
export { applyLock, isExactlyLocked, KEEP_ALL, LockLookup, type LockPolicy } from './apply.js';
export { changesBetween, packagesOf, pendingChanges } from './changes.js';
export { LOCK_FORMAT, renderLock } from './format.js';
export { EMPTY_LOCK, identityOf, type Lock, type LockedSet, type LockedSource } from './model.js';
export { mergeLocks, nextLock, type Results } from './next.js';
export { parseLock } from './parse.js';
