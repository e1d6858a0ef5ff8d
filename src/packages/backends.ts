import type { PackageSource, RepositorySource } from '../graph/index.js';
import type { Backend, Backends, RepositoryBackend } from './backend.js';
import { dnfBackend } from './dnf-backend.js';
import { hasherBackend } from './hasher-backend.js';
import { mmdebstrapBackend } from './mmdebstrap-backend.js';
import { rootfsBackend } from './rootfs-backend.js';

/** Every backend, in the order in which they are listed. */
export const BACKENDS: Backends = {
  mmdebstrap: mmdebstrapBackend,
  dnf: dnfBackend,
  hasher: hasherBackend,
  rootfs: rootfsBackend,
};

const REPOSITORIES = { mmdebstrap: mmdebstrapBackend, dnf: dnfBackend, rootfs: rootfsBackend };

// The tables pair each backend with its own source type, which TypeScript cannot follow through the lookup.
export function backendOf(source: PackageSource): Backend {
  return BACKENDS[source.backend] as unknown as Backend;
}

export function repositoryBackendOf(source: RepositorySource): RepositoryBackend {
  return REPOSITORIES[source.backend] as unknown as RepositoryBackend;
}
