import { type CanonicalValue, err, ok } from '../base/index.js';
import type { AptRepository, MmdebstrapSource } from '../graph/index.js';
import { releaseDate } from './apt-release.js';
import type { RepositoryBackend } from './backend.js';
import { debFileName } from './deb-place.js';
import { variantPatterns } from './mmdebstrap.js';

/** Debian, Ubuntu and relatives: mmdebstrap makes the base, the apt in it installs the template's packages. */
export const mmdebstrapBackend: RepositoryBackend<MmdebstrapSource> = {
  name: 'mmdebstrap',
  abilities: {
    resolves: 'beforehand',
    installs: 'as-a-layer',
    offline: 'from-the-store',
    base: 'built-in-a-worker',
  },
  serves: 'Debian, Ubuntu and relatives',
  programs: ['mmdebstrap', 'apt-get'],
  resolver: 'apt-get',
  describe: ({ backend, suite, architecture, repositories }) => ({
    backend,
    suite,
    architecture,
    repositories: describeApt(repositories),
  }),
  async openBox(source, options) {
    const { AptBox } = await import('./apt-box.js');
    return AptBox.create({ ...options, source });
  },
  dateOf: ({ suite }, lists) => releaseDate(lists, suite),
  fileName: debFileName,
  baseNames(source) {
    const patterns = variantPatterns(source);
    if (patterns !== undefined) return ok(patterns);
    const message = `unknown variant '${source.variant}'`;
    return err({
      kind: 'usage-wrong',
      message,
      hint: 'take minbase, apt, required, buildd, important or standard',
    });
  },
  describeBase: ({ variant }) => ({ variant }),
};

/** Keys of this machine only by their digests. */
export function describeApt(repositories: readonly AptRepository[]): CanonicalValue {
  return repositories.map(({ uris, suites, components, keyrings }) => ({
    uris,
    suites,
    components,
    keyrings: keyrings.map(({ digest }) => digest),
  }));
}
