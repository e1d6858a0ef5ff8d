import { err } from '../base/index.js';
import type { RootfsSource } from '../graph/index.js';
import { releaseDate } from './apt-release.js';
import type { RepositoryBackend } from './backend.js';
import { debFileName } from './deb-place.js';
import { describeApt } from './mmdebstrap-backend.js';

/** A root file system that somebody else made. Packages are installed by the apt in it, where it has one. */
export const rootfsBackend: RepositoryBackend<RootfsSource> = {
  name: 'rootfs',
  abilities: {
    resolves: 'beforehand',
    installs: 'as-a-layer',
    offline: 'from-the-store',
    base: 'unpacked-in-a-worker',
  },
  serves: 'a root file system that is there already',
  // Those of apt, and whatever unpacks the archive, are missed when they are needed.
  programs: [],
  resolver: 'apt-get',
  describe: ({ backend, architecture, repositories }) => ({
    backend,
    architecture,
    repositories: repositories === undefined ? 'its own' : describeApt(repositories),
  }),
  async openBox(source, options) {
    const { AptBox } = await import('./apt-box.js');
    const { architecture, recommends, local = [], repositories, name } = source;
    const { given } = options;
    return AptBox.create({
      ...options,
      source: {
        suite: name,
        architecture,
        recommends,
        local,
        repositories: repositories ?? given?.repositories ?? [],
        ...(repositories === undefined && given !== undefined ? { trusted: given.trusted } : {}),
      },
    });
  },
  dateOf: ({ name }, lists) => releaseDate(lists, name),
  fileName: debFileName,
  baseNames: ({ name }) =>
    err({ kind: 'backend-unable', backend: 'rootfs', detail: `${name} is a base that is there already` }),
  describeBase: () => ({}),
};
