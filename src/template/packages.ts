import { compareCodeUnits } from '../base/index.js';

/** What `ve-*` names mean here: package names by service and by hypervisor. */
export interface PackageSets {
  readonly services: ReadonlyMap<string, readonly string[]>;
  readonly hypervisors: ReadonlyMap<string, readonly string[]>;
}

const SERVICE = 've-';
const HYPERVISOR = 've-hypervisor-';

/**
 * What each entry of a package list stands for, sorted. `ve-NAME` is what the service NAME needs together with what
 * services need under the target's hypervisor, since the set of a service is the sum of the two; `ve-hypervisor-HV`
 * is the latter alone. A set may name other sets, one level deep. Unmapped names stay: on ALT Linux they are real
 * packages, and elsewhere the repository says that it lacks them.
 */
export function requestedPackages(
  names: readonly string[],
  hypervisor: string,
  sets: PackageSets,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...names].sort(compareCodeUnits).map((name) => {
      const real = meaningOf(name, hypervisor, sets);
      return [name, [...new Set(real)].sort(compareCodeUnits)];
    }),
  );
}

function meaningOf(name: string, hypervisor: string, sets: PackageSets): readonly string[] {
  const listed = listOf(name, sets) ?? [name];
  const isSum = [name, ...listed].some(
    (one) => !one.startsWith(HYPERVISOR) && listOf(one, sets) !== undefined,
  );
  const sum = isSum ? [...listed, ...(sets.hypervisors.get(hypervisor) ?? [])] : listed;
  return sum.flatMap((one) => listOf(one, sets) ?? [one]);
}

/** What the mkvefile lists for a set; nothing for a name that it does not map. */
function listOf(name: string, { services, hypervisors }: PackageSets): readonly string[] | undefined {
  if (name.startsWith(HYPERVISOR)) return hypervisors.get(name.slice(HYPERVISOR.length));
  return name.startsWith(SERVICE) ? services.get(name.slice(SERVICE.length)) : undefined;
}

/** A mistake in a mapping, at one place of one list. */
export interface SetFault {
  readonly kind: 'services' | 'hypervisors';
  readonly name: string;
  readonly index: number;
  readonly message: string;
}

/** Sets in sets in sets. One level is what anybody can follow, and it has no circles. */
export function nestingFaults(sets: PackageSets): readonly SetFault[] {
  return (['services', 'hypervisors'] as const).flatMap((kind) =>
    [...sets[kind]].flatMap(([name, listed]) =>
      listed.flatMap((entry, index) => {
        const inner = listOf(entry, sets)?.find((one) => listOf(one, sets) !== undefined);
        if (inner === undefined) return [];
        const message = `'${entry}' is a set that names a set itself, '${inner}': expected at most one level of sets in sets`;
        return [{ kind, name, index, message }];
      }),
    ),
  );
}
