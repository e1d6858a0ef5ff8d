import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Argv } from './need.js';

export type ManagerName = 'apt' | 'dnf' | 'apt-rpm';

/** How packages are installed on this host. */
export interface PackageManager {
  readonly name: ManagerName;
  /** Run before installing, where lists of packages would otherwise be old or missing. */
  readonly refresh?: Argv;
  /** Packages are appended. */
  readonly install: Argv;
}

/** By the names that distributions give themselves and their relatives in os-release(5). */
const MANAGERS: readonly (PackageManager & { readonly distributions: readonly string[] })[] = [
  {
    name: 'apt',
    distributions: ['debian', 'ubuntu'],
    refresh: ['apt-get', 'update'],
    install: ['apt-get', 'install', '--yes', '--no-install-recommends'],
  },
  {
    name: 'apt-rpm',
    distributions: ['altlinux'],
    refresh: ['apt-get', 'update'],
    install: ['apt-get', 'install', '--yes'],
  },
  {
    name: 'dnf',
    distributions: ['fedora', 'rhel', 'centos'],
    install: ['dnf', 'install', '--assumeyes', '--setopt=install_weak_deps=False'],
  },
];

/**
 * The host's own package manager. os-release decides and not which programs there are: a Debian machine may have dnf,
 * a Fedora one apt, to build systems of the other kind.
 * @param etc the directory of os-release
 */
export function packageManagerOf(etc: string): PackageManager | undefined {
  const ids = distributionIds(osRelease(etc));
  return MANAGERS.find(({ distributions }) => distributions.some((id) => ids.includes(id)));
}

/** os-release(5): `ID=debian`, `ID_LIKE="rhel fedora"`. */
function distributionIds(text: string): readonly string[] {
  return [...text.matchAll(/^ID(?:_LIKE)?=["']?([^"'\n]*)/gm)].flatMap(([, ids = '']) => ids.split(/\s+/));
}

function osRelease(etc: string): string {
  try {
    return readFileSync(join(etc, 'os-release'), 'utf8');
  } catch {
    return '';
  }
}
