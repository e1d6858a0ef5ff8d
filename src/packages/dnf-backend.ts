import { ok } from '../base/index.js';
import type { DnfSource } from '../graph/index.js';
import type { Metadata, RepositoryBackend } from './backend.js';
import { rpmFileName } from './rpm-place.js';

/** Fedora, RHEL and relatives: dnf resolves and downloads, rpm installs. */
export const dnfBackend: RepositoryBackend<DnfSource> = {
  name: 'dnf',
  abilities: {
    resolves: 'beforehand',
    installs: 'as-a-layer',
    offline: 'from-the-store',
    base: 'built-in-a-worker',
  },
  serves: 'Fedora, RHEL and relatives',
  programs: ['dnf', 'rpm', 'rpmkeys'],
  resolver: 'dnf',
  describe: ({ backend, release, architecture, repositories }) => ({
    backend,
    release,
    architecture,
    repositories: repositories.map(({ id, url, by, keyrings }) => ({
      id,
      url,
      by,
      keyrings: keyrings.map(({ digest }) => digest),
    })),
  }),
  async openBox(source, options) {
    const { DnfBox } = await import('./dnf-box.js');
    return DnfBox.create({ ...options, source });
  },
  dateOf(source, lists) {
    const indexes = lists.filter(({ name }) => name.endsWith('/repodata/repomd.xml'));
    return Math.max(0, ...indexes.filter((index) => isOfFirst(index, source)).map(dateOf));
  },
  fileName: rpmFileName,
  baseNames: ({ base }) => ok(base),
  describeBase: ({ base, database }) => ({ base, database }),
};

/** The first repository is that of the release; those of its updates change every day. */
function isOfFirst({ name }: Metadata, { repositories }: DnfSource): boolean {
  const [first] = repositories;
  // dnf's directory of a repository is its id and a digest of its URL.
  return first !== undefined && name.replace(/-[0-9a-f]{16}\/.*$/, '') === first.id;
}

/** Seconds: when the newest of the repository's lists was made. */
function dateOf({ bytes }: Metadata): number {
  const times = Buffer.from(bytes)
    .toString('utf8')
    .matchAll(/<timestamp>(\d+)<\/timestamp>/g);
  return Math.max(0, ...[...times].map(([, seconds]) => Number(seconds)));
}
