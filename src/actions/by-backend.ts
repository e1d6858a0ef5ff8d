import type { BackendName, BaseStep, PackagesStep, SnapshotStep } from '../graph/index.js';
import { aptPackages } from './apt-packages.js';
import { dnfBase, dnfPackages } from './dnf-install.js';
import { givenBase, givenSnapshot } from './given-base.js';
import { hasherBase, hasherSnapshot } from './hasher.js';
import { mmdebstrapBase } from './mmdebstrap-base.js';
import { snapshot } from './snapshot.js';

/** What the kinds of steps do whose way depends on the backend. */

const BASES: { readonly [K in BackendName]: unknown } = {
  mmdebstrap: mmdebstrapBase,
  dnf: dnfBase,
  rootfs: givenBase,
  hasher: hasherBase,
};

export function baseBy({ source }: BaseStep): unknown {
  return BASES[source.backend];
}

export function packagesBy({ source }: PackagesStep): unknown {
  return source.backend === 'dnf' ? dnfPackages : aptPackages;
}

export function snapshotBy({ source, base }: SnapshotStep): unknown {
  if (source.backend === 'hasher') return hasherSnapshot;
  return source.backend === 'rootfs' && base === undefined ? givenSnapshot : snapshot;
}
