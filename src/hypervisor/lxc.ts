import type { HypervisorFacts } from './facts.js';
import { other } from './other.js';

/** `lxc.autodev` (on by default, lxc.container.conf(5)) mounts a `/dev` with the usual nodes before init starts. */
export const lxc: HypervisorFacts = other;
