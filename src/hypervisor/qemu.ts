import type { HypervisorFacts } from './facts.js';
import { other } from './other.js';

/** A whole machine: its own kernel mounts devtmpfs on `/dev`. */
export const qemu: HypervisorFacts = other;
