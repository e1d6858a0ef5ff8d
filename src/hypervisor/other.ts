import type { HypervisorFacts } from './facts.js';

/** For any name that mkve knows nothing about, and the start of those it does: a dense archive, `/dev` made at boot. */
export const other: HypervisorFacts = {
  rootfs: { format: 'tar.zst', level: 3 },
  devices: [],
  confChecks: new Map(),
};
