import type { Metadata } from './backend.js';

/** Seconds: when the suite itself was made, by its Release files. */
export function releaseDate(lists: readonly Metadata[], suite: string): number {
  const releases = lists
    .filter(({ name }) => /Release$/.test(name))
    .map(({ bytes }) => Buffer.from(bytes).toString('utf8'));
  return newestDate(releases, suite);
}

/**
 * `Date` of the Release file of the suite itself. Those of its updates change every day without a change to most
 * root file systems.
 */
function newestDate(releases: readonly string[], suite: string): number {
  const dates = releases.map((text) => ({
    names: [/^Suite: (.*)$/m.exec(text)?.[1], /^Codename: (.*)$/m.exec(text)?.[1]],
    seconds: Math.floor(Date.parse(/^Date: (.*)$/m.exec(text)?.[1] ?? '') / 1000),
  }));
  const own = dates.filter(({ names }) => names.includes(suite));
  const seconds = (own.length > 0 ? own : dates).map((date) => date.seconds).filter(Number.isSafeInteger);
  return Math.max(0, ...seconds);
}
