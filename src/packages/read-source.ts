import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { assertNever, err, ok, type Result } from '../base/index.js';
import type { HasherSource, MmdebstrapSource, PackageSource, RootfsSource } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import { type Choice, chooseBackend } from './choose-backend.js';
import { type DnfSourceOptions, dnfSource, rpmArchitecture } from './dnf-source.js';
import { readGivenSource } from './given-source.js';
import { readLocalPackages } from './local-packages.js';
import { hostArchitecture, hostSuite, packageSource, type SourceOptions } from './source.js';

interface WithLocal {
  /** Absolute paths of directories with package files. */
  readonly local?: readonly string[];
}

/** What the user said about packages, one form a backend. Paths are absolute. */
export type BackendOptions =
  | ({ readonly backend: 'auto' } & SourceOptions & WithLocal)
  | ({ readonly backend: 'mmdebstrap' } & SourceOptions & WithLocal)
  | ({ readonly backend: 'dnf' } & DnfSourceOptions)
  | ({ readonly backend: 'rootfs' } & RootfsSourceOptions)
  | ({ readonly backend: 'hasher' } & HasherSourceOptions);

export interface RootfsSourceOptions extends WithLocal {
  readonly from: string;
  readonly mirrors?: readonly string[];
  readonly suite?: string;
  readonly components?: readonly string[];
  readonly keyrings?: readonly string[];
  readonly architecture?: string;
  readonly recommends?: boolean;
}

export interface HasherSourceOptions {
  readonly workdir?: string;
  readonly repositories?: readonly string[];
  readonly architecture?: string;
  readonly base?: readonly string[];
  readonly number?: number;
}

/** The machine whose settings fill the gaps. */
export interface SourceHost {
  /** As Node names it: `x64`. */
  readonly architecture: string;
  readonly home: string;
  /** Directories separated by colons, as in `PATH`. */
  readonly path: string;
}

/** Fills in what the user left out and reads what was named: keys, packages, a given base. */
export function readSource(options: BackendOptions, host: SourceHost): Result<PackageSource, Failure> {
  switch (options.backend) {
    case 'auto':
      return readAuto(options, host);
    case 'mmdebstrap':
      return readMmdebstrap(options, host);
    case 'dnf':
      return dnfSource(options, {
        yumDirectory: '/etc/yum.repos.d',
        release: backendForHost(host).backend === 'dnf' ? osRelease('VERSION_ID') : undefined,
        architecture: rpmArchitecture(host.architecture),
      });
    case 'rootfs':
      return readRootfs(options, host);
    case 'hasher':
      return ok(readHasher(options, host));
    default:
      return assertNever(options);
  }
}

/** What `auto` means on this host, and why. */
export function backendForHost({ path }: SourceHost): Choice {
  return chooseBackend(textOf('/etc/os-release'), (program) =>
    path.split(':').some((directory) => directory !== '' && isProgram(join(directory, program))),
  );
}

function readAuto(
  options: Extract<BackendOptions, { backend: 'auto' }>,
  host: SourceHost,
): Result<PackageSource, Failure> {
  const { backend, because } = backendForHost(host);
  const { suite, mirrors, components, keyrings, variant } = options;
  const debian = Object.entries({ suite, components, variant }).filter(([, value]) => value !== undefined);
  // A suite is a word of Debian's; whoever says it means that.
  if (backend === 'mmdebstrap' || debian.length > 0)
    return readMmdebstrap({ ...options, backend: 'mmdebstrap' }, host);
  if ((mirrors ?? []).length > 0) {
    const message = `a mirror is given, and backend auto is ${backend} here, because ${because}`;
    return err({ kind: 'usage-wrong', message, hint: 'say which backend is meant with --backend' });
  }
  const { architecture, recommends, local } = options;
  const common = {
    ...(architecture === undefined ? {} : { architecture }),
    ...(recommends === undefined ? {} : { recommends }),
    ...(local === undefined ? {} : { local }),
  };
  if (backend === 'hasher') return readSource({ backend, ...common }, host);
  return readSource({ backend, ...common, ...(keyrings === undefined ? {} : { keyrings }) }, host);
}

function readMmdebstrap(
  { local: directories = [], ...options }: Extract<BackendOptions, { backend: 'mmdebstrap' }>,
  host: SourceHost,
): Result<MmdebstrapSource, Failure> {
  const source = packageSource(options, aptHost(host));
  if (!source.ok) return source;
  const local = readLocalPackages(directories, '.deb');
  if (!local.ok) return local;
  return ok(local.value.length === 0 ? source.value : { ...source.value, local: local.value });
}

function aptHost({ architecture }: SourceHost) {
  return { aptDirectory: '/etc/apt', suite: hostSuite(), architecture: hostArchitecture(architecture) };
}

function readRootfs(options: RootfsSourceOptions, host: SourceHost): Result<RootfsSource, Failure> {
  const given = readGivenSource(options.from);
  if (!given.ok) return given;
  const local = readLocalPackages(options.local ?? [], '.deb');
  if (!local.ok) return local;
  const { mirrors = [], suite, components, keyrings } = options;
  const plain = mirrors.find((mirror) => !mirror.startsWith('deb '));
  if (plain !== undefined && suite === undefined) {
    const message = `the mirror ${plain} is given without the suite that is meant`;
    return err({
      kind: 'usage-wrong',
      message,
      hint: 'name the suite too, or write a whole line: deb URL SUITE main',
    });
  }
  const repositories =
    mirrors.length === 0
      ? undefined
      : packageSource(
          {
            mirrors,
            suite: suite ?? 'none',
            ...(components === undefined ? {} : { components }),
            ...(keyrings === undefined ? {} : { keyrings }),
          },
          aptHost(host),
        );
  if (repositories?.ok === false) return repositories;
  return ok({
    backend: 'rootfs',
    ...given.value,
    architecture: options.architecture ?? hostArchitecture(host.architecture),
    recommends: options.recommends ?? false,
    ...(repositories === undefined ? {} : { repositories: repositories.value.repositories }),
    ...(local.value.length === 0 ? {} : { local: local.value }),
  });
}

function readHasher(options: HasherSourceOptions, host: SourceHost): HasherSource {
  const { workdir, repositories, architecture, base = [], number } = options;
  return {
    backend: 'hasher',
    workdir: workdir ?? join(host.home, 'hasher'),
    architecture: architecture ?? rpmArchitecture(host.architecture),
    base,
    ...(repositories === undefined ? {} : { repositories }),
    ...(number === undefined ? {} : { number }),
  };
}

function osRelease(name: string): string | undefined {
  return new RegExp(`^${name}="?([^"\\n]+)"?$`, 'm').exec(textOf('/etc/os-release'))?.[1];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
