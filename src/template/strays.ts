import { join } from 'node:path';

import { closestTo } from '../base/index.js';
import { namesIn } from './entry.js';
import type { Journal } from './journal.js';
import { shown } from './names.js';

/** The directories that hold one entry for each hypervisor. */
const PER_HYPERVISOR = ['version', 'packages-lists', 'hooks-lists', 'conf', 'vendor', 'license'] as const;
const TOP_LEVEL: readonly string[] = ['hypervisors', 'hooks', ...PER_HYPERVISOR];

// What stands in many a directory and is surely not meant for mkve: hidden files, backups, papers, an mkvefile.
const UNREMARKABLE =
  /^\.|~$|^#.*#$|\.(orig|rej|bak)$|^(README|LICENSE|COPYING|CHANGELOG|NEWS|AUTHORS)\b|^mkvefile\.ts$|^mkve\.lock$/;

interface Place {
  /** The template's directory, absolute. */
  readonly directory: string;
  readonly journal: Journal;
}

/** Warns of entries that mkve never reads: mostly a `hook-lists` for a `hooks-lists`. */
export function warnOfUnknownEntries({ directory, journal }: Place): void {
  const names = namesIn(directory);
  if (!names.ok) return;
  for (const name of names.value) {
    if (TOP_LEVEL.includes(name) || UNREMARKABLE.test(name)) continue;
    const near = closestTo(name, TOP_LEVEL);
    journal.note({
      file: name,
      message: `${shown(name)} is no part of a template and is not read`,
      hint: near === undefined ? `a template holds ${TOP_LEVEL.join(', ')}` : `did you mean ${near}?`,
      severity: 'warning',
      code: 'template-entry',
    });
  }
}

/** Warns of lists, versions and the like for hypervisors that the template does not list. */
export function warnOfUnlistedHypervisors(place: Place & { readonly hypervisors: readonly string[] }): void {
  const { directory, hypervisors, journal } = place;
  for (const folder of PER_HYPERVISOR) {
    const names = namesIn(join(directory, folder));
    if (!names.ok) continue;
    journal.looked(join(directory, folder));
    for (const name of names.value) {
      if (hypervisors.includes(name) || UNREMARKABLE.test(name)) continue;
      const near = closestTo(name, hypervisors);
      journal.note({
        file: `${folder}/${name}`,
        message: `the template's hypervisors do not list ${shown(name)}, so this is not read`,
        hint: near === undefined ? `add ${name} to hypervisors, or remove this` : `did you mean ${near}?`,
        severity: 'warning',
        code: 'template-hypervisor',
      });
    }
  }
}
