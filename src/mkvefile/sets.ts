import { hypervisorNameFault, nestingFaults, type PackageSets, packageNameFault } from '../template/index.js';
import type { Draft } from './draft.js';

/** Complains of mappings that nothing could use, and of sets in sets in sets. */
export function complainOfSets(sets: PackageSets, { complain }: Draft): void {
  for (const name of sets.services.keys()) {
    const path = ['services', name];
    if (name.startsWith('hypervisor-')) {
      const own = name.slice('hypervisor-'.length);
      complain(
        path,
        `'ve-${name}' is what a hypervisor needs, not a service`,
        `write it as hypervisors: { '${own}': { packages: […] } }`,
      );
    } else if (packageNameFault(`ve-${name}`) !== undefined || /[:=]/.test(name)) {
      complain(path, `expected the name of a service, which 've-${name}' can name in a package list`);
    }
  }
  for (const name of sets.hypervisors.keys()) {
    const fault = hypervisorNameFault(name);
    if (fault !== undefined) complain(['hypervisors', name], fault);
  }
  for (const { kind, name, index, message } of nestingFaults(sets)) {
    const path = kind === 'services' ? [kind, name, index] : [kind, name, 'packages', index];
    complain(path, message, 'list the packages of the inner set instead');
  }
}
