import type { Event, LockChange } from './event.js';
import { count, formatSize } from './format.js';

const MOST_PATHS = 3;

/** `a, b, c and 4 more` */
export function changedPhrase(paths: readonly string[]): string {
  const more = paths.length - MOST_PATHS;
  const shown = paths.slice(0, MOST_PATHS).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** What follows the word `waiting`. */
export function waitingPhrase({ targets, paths }: Extract<Event, { type: 'watch-waiting' }>): string {
  return `for changes; ${count(targets, 'target')}, ${count(paths, 'path')} watched`;
}

/** Why a step did not have to run although steps before it did. */
export function cutoffPhrase(steps: readonly string[]): string {
  return `early cutoff: ${steps.join(', ')} ran and left what it had left before`;
}

const MOST_CHANGES = 40;

/** How a lock changed, a line a package. */
export function changePhrases(changes: readonly LockChange[]): readonly string[] {
  const more = changes.length - MOST_CHANGES;
  return [...changes.slice(0, MOST_CHANGES).map(changePhrase), ...(more > 0 ? [`and ${more} more`] : [])];
}

function changePhrase({ name, arch, before, after }: LockChange): string {
  if (before === undefined) return `${name} ${after} (${arch}) is new`;
  if (after === undefined) return `${name} ${before} (${arch}) is gone`;
  // Nobody would look for a difference in files of the same name.
  if (before === after)
    return `${name} ${after} (${arch}) is another file than before under the same version`;
  return `${name} ${before} -> ${after} (${arch})`;
}

/** What follows the word `store`. */
export function storePhrase(event: Extract<Event, { type: 'store-limit' | 'store-collected' }>): string {
  const limit = formatSize(event.limitBytes);
  if (event.type === 'store-limit')
    return `${event.directory} may grow to ${limit}, a tenth of its disk; cache.maxSize in the mkvefile or MKVE_CACHE_SIZE changes that`;
  const removed = formatSize(event.removedBytes);
  return `was over its limit of ${limit}: ${removed} removed that had long not been used, ${formatSize(event.bytes)} left`;
}
