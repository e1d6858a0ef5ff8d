import type { Event } from './event.js';
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

/** What follows the word `store`. */
export function storePhrase(event: Extract<Event, { type: 'store-limit' | 'store-collected' }>): string {
  const limit = formatSize(event.limitBytes);
  if (event.type === 'store-limit')
    return `${event.directory} may grow to ${limit}, a tenth of its disk; cache.maxSize in the mkvefile or MKVE_CACHE_SIZE changes that`;
  const removed = formatSize(event.removedBytes);
  return `was over its limit of ${limit}: ${removed} removed that had long not been used, ${formatSize(event.bytes)} left`;
}
