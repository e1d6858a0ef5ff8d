/** What `ve-*` names mean here: real package names by service and by hypervisor. */
export interface PackageSets {
  readonly services: ReadonlyMap<string, readonly string[]>;
  readonly hypervisors: ReadonlyMap<string, readonly string[]>;
}

const SERVICE = 've-';
const HYPERVISOR = 've-hypervisor-';

/**
 * Replaces `ve-NAME` by what the service NAME needs and `ve-hypervisor-HV` by what services need under HV. A
 * service also brings the packages of the hypervisor it is built for, since the set of a service is the sum of the
 * two. Unmapped names stay: on ALT Linux they are real packages.
 */
export function expandPackages(
  names: readonly string[],
  hypervisor: string,
  sets: PackageSets,
): readonly string[] {
  const expanded = new Set<string>();
  for (const name of names) {
    for (const real of expandOne(name, hypervisor, sets)) expanded.add(real);
  }
  return [...expanded];
}

function expandOne(name: string, hypervisor: string, sets: PackageSets): readonly string[] {
  if (name.startsWith(HYPERVISOR)) return sets.hypervisors.get(name.slice(HYPERVISOR.length)) ?? [name];
  if (!name.startsWith(SERVICE)) return [name];
  const service = sets.services.get(name.slice(SERVICE.length));
  return service === undefined ? [name] : [...service, ...(sets.hypervisors.get(hypervisor) ?? [])];
}
