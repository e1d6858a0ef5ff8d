import type { Collected, SeenMember } from './collect.js';
import type { BundleFault } from './faults.js';
import { METAINFO_PATH, PACKAGES_PATH, SIGNATURE_PATH } from './member-paths.js';
import { type Metainfo, type MetainfoMember, modeBits } from './metainfo.js';
import { parsePackagesJson } from './packages-json.js';

/** How the members of a bundle differ from what its metainfo lists. */
export function memberFaults(metainfo: Metainfo, { faults, members }: Collected): readonly BundleFault[] {
  const listed = new Set(metainfo.members.map((member) => member.path));
  const missing = metainfo.members.filter(({ path }) => !members.has(path) && !explains(faults, path));
  const unlisted = [...members.keys()].filter((path) => !listed.has(path) && !isItsOwn(path));
  return [
    ...missing.map(({ path }) => ({ kind: 'member-missing', path }) as const),
    ...unlisted.map((path) => ({ kind: 'member-unlisted', path }) as const),
    ...metainfo.members.flatMap((member) => changes(member, members.get(member.path))),
    ...ownModeFaults(members),
  ];
}

/** Faults of packages.json beyond its digest. */
export function packagesFaults(
  metainfo: Metainfo,
  documents: Collected['documents'],
): readonly BundleFault[] {
  const bytes = documents.get(PACKAGES_PATH);
  if (bytes === undefined) return [];
  const parsed = parsePackagesJson(bytes);
  if (!parsed.ok) return parsed.error.map((detail) => ({ kind: 'packages-invalid', detail }));
  const { count } = metainfo.packages;
  if (parsed.value.length === count) return [];
  return [
    {
      kind: 'packages-invalid',
      detail: `it lists ${parsed.value.length} packages, metainfo.json says ${count}`,
    },
  ];
}

/** A member that was cut off or refused was reported as such; it is not missing besides. */
export function explains(faults: readonly BundleFault[], path: string): boolean {
  return faults.some(
    (fault) => fault.kind === 'archive-malformed' || ('path' in fault && fault.path === path),
  );
}

function isItsOwn(path: string): boolean {
  return path === METAINFO_PATH || path === SIGNATURE_PATH;
}

function changes(listed: MetainfoMember, seen: SeenMember | undefined): readonly BundleFault[] {
  if (seen === undefined) return [];
  const { path } = listed;
  const found: BundleFault[] = [];
  if (seen.size !== listed.size) {
    found.push({
      kind: 'member-changed',
      path,
      what: 'size',
      expected: `${listed.size}`,
      found: `${seen.size}`,
    });
  }
  if (seen.sha256 !== listed.sha256) {
    found.push({ kind: 'member-changed', path, what: 'sha256', expected: listed.sha256, found: seen.sha256 });
  }
  return seen.mode === modeBits(listed.mode) ? found : [...found, modeFault(seen, listed.mode)];
}

function ownModeFaults(members: ReadonlyMap<string, SeenMember>): readonly BundleFault[] {
  return [members.get(METAINFO_PATH), members.get(SIGNATURE_PATH)]
    .filter((seen) => seen !== undefined)
    .filter((seen) => seen.mode !== 0o644)
    .map((seen) => modeFault(seen, '0644'));
}

function modeFault(seen: SeenMember, expected: string): BundleFault {
  const found = seen.mode.toString(8).padStart(4, '0');
  return { kind: 'member-changed', path: seen.path, what: 'mode', expected, found };
}
