import type { HasherSource } from '../graph/index.js';
import type { Backend } from './backend.js';

/** ALT Linux: hasher makes a chroot and installs into it. */
export const hasherBackend: Backend<HasherSource> = {
  name: 'hasher',
  abilities: {
    resolves: 'while-installing',
    installs: 'with-the-base',
    offline: 'cached-results-only',
    base: 'unpacked-in-a-worker',
  },
  serves: 'ALT Linux',
  programs: ['hsh', 'mkaptbox', 'hsh-install', 'hsh-run', 'hsh-rmchroot'],
  describe: ({ backend, architecture, repositories, base }) => ({
    backend,
    architecture,
    base,
    repositories: repositories ?? "the host's own",
  }),
};
