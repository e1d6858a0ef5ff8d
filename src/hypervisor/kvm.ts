import type { HypervisorFacts } from './facts.js';
import { qemu } from './qemu.js';

/** The machine qemu emulates, only faster: nothing in its bundle differs. */
export const kvm: HypervisorFacts = qemu;
