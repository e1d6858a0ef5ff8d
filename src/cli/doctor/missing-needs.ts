import { join } from 'node:path';

import type { BackendName } from '../../graph/index.js';
import type { HostNeed } from '../../report/index.js';
import type { Caller } from '../../workers/index.js';
import { installMend } from './check-tools.js';
import { isProgram } from './is-program.js';
import { packageManagerOf } from './package-managers.js';
import { type Remedies, remedyOf } from './remedy.js';
import { subordinateIdNeeds } from './subordinate-ids.js';
import { type Purpose, type Tool, toolsFor } from './tools.js';

export interface Preflight {
  readonly caller: Caller;
  /** Directories separated by colons, as in `PATH`. */
  readonly path: string;
  /** `gpg`: the build signs its bundles. Default: `none`. */
  readonly signing?: 'gpg' | 'none';
  /** How packages are installed; default: mmdebstrap. */
  readonly backend?: BackendName;
  /** Names of the tools that are needed, when building is not what is meant; then no ranges of ids are. */
  readonly only?: readonly string[];
  /** Where os-release, subuid and subgid lie; default `/etc`. */
  readonly etc?: string;
}

/**
 * What a build would soon fail for, found without starting a program: tools by a look at `PATH`, and ranges of ids.
 * What takes trying is left to `mkve doctor`.
 */
export function missingNeeds({
  caller,
  path,
  signing = 'none',
  backend = 'mmdebstrap',
  only,
  etc = '/etc',
}: Preflight): readonly HostNeed[] {
  const remedies: Remedies = { caller, manager: packageManagerOf(etc) };
  const directories = path.split(':').filter((directory) => directory !== '');
  const tools = toolsFor(caller, backend)
    .filter(({ name, purpose }) => only?.includes(name) ?? isNeeded(purpose, signing))
    .filter(({ name }) => !directories.some((directory) => isProgram(join(directory, name))))
    .map((tool) => toolNeed(tool, remedies));
  return only === undefined ? [...tools, ...idNeeds({ caller, etc }, remedies)] : tools;
}

function isNeeded(purpose: Purpose, signing: 'gpg' | 'none'): boolean {
  return purpose === 'building' || (purpose === 'signing' && signing === 'gpg');
}

function toolNeed(tool: Tool, remedies: Remedies): HostNeed {
  const mend = installMend(tool, remedies.manager);
  return { what: tool.name, why: tool.why, remedy: remedyOf(mend, remedies) };
}

function idNeeds(where: Parameters<typeof subordinateIdNeeds>[0], remedies: Remedies): readonly HostNeed[] {
  return subordinateIdNeeds(where).flatMap(({ name, why, mend }) =>
    mend === undefined ? [] : [{ what: name, why, remedy: remedyOf(mend, remedies) }],
  );
}
