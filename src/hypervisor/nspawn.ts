import type { HypervisorFacts } from './facts.js';
import { other } from './other.js';

/** systemd-nspawn(1) mounts its own tmpfs on `/dev` and ignores what the image has there. */
export const nspawn: HypervisorFacts = other;
