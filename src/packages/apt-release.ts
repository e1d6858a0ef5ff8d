import { type Digest, digestOf } from '../base/index.js';
import type { Metadata } from './backend.js';

/** What Release files say of a repository's state: its identity, and when the suite itself was made. */
export function readReleases(
  lists: readonly Metadata[],
  suite: string,
): { readonly identity: readonly Digest[]; readonly date: number } {
  const releases = lists
    .filter(({ name }) => /Release$/.test(name))
    .map(({ bytes }) => Buffer.from(bytes).toString('utf8'));
  return { identity: releases.map(digestOf).sort(), date: releaseDate(releases, suite) };
}

/**
 * `Date` of the Release file of the suite itself. Those of its updates change every day without a change to most
 * root file systems.
 */
function releaseDate(releases: readonly string[], suite: string): number {
  const dates = releases.map((text) => ({
    names: [/^Suite: (.*)$/m.exec(text)?.[1], /^Codename: (.*)$/m.exec(text)?.[1]],
    seconds: Math.floor(Date.parse(/^Date: (.*)$/m.exec(text)?.[1] ?? '') / 1000),
  }));
  const own = dates.filter(({ names }) => names.includes(suite));
  const seconds = (own.length > 0 ? own : dates).map((date) => date.seconds).filter(Number.isSafeInteger);
  return Math.max(0, ...seconds);
}
