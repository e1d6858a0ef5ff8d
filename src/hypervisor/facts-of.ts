import type { HypervisorFacts } from './facts.js';
import { kvm } from './kvm.js';
import { lxc } from './lxc.js';
import { nspawn } from './nspawn.js';
import { openvz } from './openvz.js';
import { other } from './other.js';
import { qemu } from './qemu.js';

// A Map and not an object: `constructor` is a legal name of a hypervisor.
const known: ReadonlyMap<string, HypervisorFacts> = new Map([
  ['kvm', kvm],
  ['lxc', lxc],
  ['nspawn', nspawn],
  ['openvz', openvz],
  ['qemu', qemu],
]);

/** The hypervisors mkve knows more about than their name, in alphabetical order. */
export const knownHypervisors: readonly string[] = [...known.keys()];

/** Every legal name has facts: those of `other` where mkve knows nothing special. */
export function factsOf(hypervisor: string): HypervisorFacts {
  return known.get(hypervisor) ?? other;
}
