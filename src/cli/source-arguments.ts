import { resolve } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import { BACKENDS } from '../mkvefile/index.js';
import type { BackendOptions } from '../packages/index.js';
import type { Failure } from '../report/index.js';

/** What a command line without an mkvefile says of packages, as it was written. */
export interface SourceArguments {
  readonly backend?: string;
  readonly suite?: string;
  readonly mirrors: readonly string[];
  readonly arch?: string;
  readonly rootfs?: string;
  readonly hshWorkdir?: string;
  readonly packageDirs?: readonly string[];
}

interface Mistake {
  readonly message: string;
  readonly hint?: string;
}

/** Which options mean something with which backend, beside `--arch`. */
const TAKES: Readonly<Record<string, readonly (keyof SourceArguments)[]>> = {
  auto: ['suite', 'mirrors', 'packageDirs'],
  mmdebstrap: ['suite', 'mirrors', 'packageDirs'],
  dnf: ['suite', 'packageDirs'],
  hasher: ['mirrors', 'hshWorkdir'],
  rootfs: ['suite', 'mirrors', 'rootfs', 'packageDirs'],
};

const WRITTEN = {
  suite: '--suite',
  mirrors: '--mirror',
  rootfs: '--rootfs',
  hshWorkdir: '--hsh-workdir',
  packageDirs: '--package-dir',
} as const;

/**
 * Checks the options against one another and makes of them what a backend takes. A rootfs or a workdir says which
 * backend is meant.
 * @param cwd absolute: what relative paths start from
 */
export function backendOptions(given: SourceArguments, cwd: string): Result<BackendOptions, Failure> {
  const backend = backendOf(given);
  const mistake = mistakeIn(given, backend);
  if (mistake !== undefined) return err({ kind: 'usage-wrong', ...mistake });
  const { suite, mirrors, arch, rootfs, hshWorkdir } = given;
  const local = (given.packageDirs ?? []).map((path) => resolve(cwd, path));
  const common = {
    ...(arch === undefined ? {} : { architecture: arch }),
    ...(local.length === 0 ? {} : { local }),
  };
  const release = suite === undefined ? {} : { suite };
  switch (backend) {
    case 'dnf':
      return ok({ backend, ...common, ...(suite === undefined ? {} : { release: suite }) });
    case 'rootfs':
      return ok({ backend, ...common, ...release, mirrors, from: resolve(cwd, rootfs ?? '') });
    case 'hasher':
      return ok({
        backend,
        ...(arch === undefined ? {} : { architecture: arch }),
        ...(mirrors.length === 0 ? {} : { repositories: mirrors }),
        ...(hshWorkdir === undefined ? {} : { workdir: resolve(cwd, hshWorkdir) }),
      });
    case 'mmdebstrap':
      return ok({ backend, ...common, ...release, mirrors });
    default:
      return ok({ backend: 'auto', ...common, ...release, mirrors });
  }
}

/** The first mistake in the options; nothing where they go together. */
export function sourceMistake(given: SourceArguments): Mistake | undefined {
  return mistakeIn(given, backendOf(given));
}

function backendOf({ backend, rootfs, hshWorkdir }: SourceArguments): string {
  if (backend !== undefined && backend !== 'auto') return backend;
  if (rootfs !== undefined) return 'rootfs';
  return hshWorkdir === undefined ? 'auto' : 'hasher';
}

function mistakeIn(given: SourceArguments, backend: string): Mistake | undefined {
  const takes = TAKES[backend];
  if (takes === undefined) return { message: `backend: expected ${BACKENDS.join(', ')}, found '${backend}'` };
  if (backend === 'rootfs' && (given.rootfs ?? '') === '')
    return { message: '--backend rootfs needs a root file system', hint: 'name it with --rootfs PATH' };
  if (given.hshWorkdir === '') return { message: "option '--hsh-workdir' needs a value, found nothing" };
  if (given.packageDirs?.includes('') === true)
    return { message: "option '--package-dir' needs a value, found nothing" };
  const idle = (Object.keys(WRITTEN) as (keyof typeof WRITTEN)[])
    .filter((name) => !takes.includes(name))
    .filter((name) => given[name] !== undefined && given[name]?.length !== 0)
    .map((name) => WRITTEN[name]);
  if (idle.length === 0) return wrongLine(given, backend);
  const hint = HINTS[backend];
  return {
    message: `${idle.join(' and ')} ${idle.length === 1 ? 'means' : 'mean'} nothing with backend ${backend}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

const HINTS: Readonly<Record<string, string>> = {
  dnf: 'repositories need keys, so they are named in an mkvefile: packages: dnf({ repositories, keyrings })',
};

/** hasher's apt takes whole lines only. */
function wrongLine({ mirrors }: SourceArguments, backend: string): Mistake | undefined {
  const wrong = mirrors.find((mirror) => !/^rpm(-dir)?\s/.test(mirror));
  if (backend !== 'hasher' || wrong === undefined) return undefined;
  return { message: `mirror: expected a line such as 'rpm [key] URL ARCH COMPONENT', found '${wrong}'` };
}
