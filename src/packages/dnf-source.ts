import { err, ok, type Result } from '../base/index.js';
import type { DnfRepository, DnfSource } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import { readKeyrings } from './keyrings.js';
import { readLocalPackages } from './local-packages.js';
import { readYumRepositories } from './yum-repositories.js';

/** What the user said about dnf; whatever is absent is taken from the host, or is as below. */
export interface DnfSourceOptions {
  readonly release?: string;
  readonly repositories?: readonly string[];
  /** Absolute paths of key files. */
  readonly keyrings?: readonly string[];
  /** `none`: whatever the repositories give is believed. */
  readonly signatures?: 'required' | 'none';
  readonly architecture?: string;
  readonly base?: readonly string[];
  readonly recommends?: boolean;
  readonly database?: string;
  /** Absolute paths of directories with package files. */
  readonly local?: readonly string[];
}

/** Enough for hooks and for packages to be installed; `system-release` is whatever package says which release it is. */
const BASE = ['basesystem', 'bash', 'coreutils', 'rpm', 'system-release'];

/** Fedora's since 36 and RHEL's since 10; the older `/var/lib/rpm` is for RHEL 9 and its relatives. */
const DATABASE = '/usr/lib/sysimage/rpm';

/** rpm's names of architectures by Node's. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'x86_64',
  ia32: 'i686',
  arm64: 'aarch64',
  arm: 'armv7hl',
  ppc64: 'ppc64le',
};

export function rpmArchitecture(nodeArchitecture: string): string {
  return ARCHITECTURES[nodeArchitecture] ?? nodeArchitecture;
}

export interface DnfHost {
  readonly yumDirectory: string;
  /** os-release(5) `VERSION_ID` of a host that dnf is at home on. */
  readonly release: string | undefined;
  readonly architecture: string;
}

export function dnfSource(options: DnfSourceOptions, host: DnfHost): Result<DnfSource, Failure> {
  const release = options.release ?? host.release;
  if (release === undefined)
    return wrong('no release is given and the host names none', "set release in dnf({ release: '42' })");
  const repositories = options.repositories === undefined ? hostRepositories(host) : named(options);
  if (!repositories.ok) return repositories;
  const local = readLocalPackages(options.local ?? [], '.rpm');
  if (!local.ok) return local;
  return ok({
    backend: 'dnf',
    release,
    architecture: options.architecture ?? host.architecture,
    repositories: repositories.value,
    base: options.base ?? BASE,
    recommends: options.recommends ?? false,
    database: options.database ?? DATABASE,
    ...(local.value.length === 0 ? {} : { local: local.value }),
  });
}

function named(options: DnfSourceOptions): Result<readonly DnfRepository[], Failure> {
  const { repositories = [], keyrings: files = [], signatures = 'required' } = options;
  if (signatures === 'required' && files.length === 0) {
    return wrong(
      'the packages of dnf repositories must be signed, and no key is named',
      "name key files in dnf({ keyrings: [FILE] }), or write signatures: 'none'",
    );
  }
  if (signatures === 'none' && files.length > 0)
    return wrong("dnf: keyrings and signatures: 'none' exclude each other", 'leave one of them out');
  const keyrings = readKeyrings(files);
  if (!keyrings.ok) return keyrings;
  return ok(
    repositories.map((url, index) => ({
      id: `mkve-${index + 1}`,
      url,
      by: 'baseurl',
      keyrings: keyrings.value,
    })),
  );
}

function hostRepositories({ yumDirectory }: DnfHost): Result<readonly DnfRepository[], Failure> {
  const found = readYumRepositories(yumDirectory);
  if (found.length === 0)
    return wrong(
      'no dnf repository is given and the host names none',
      'name some: dnf({ repositories: [URL], keyrings: [FILE] })',
    );
  const repositories: DnfRepository[] = [];
  for (const { id, url, by, keys, checksSignatures } of found) {
    if (checksSignatures && keys.length === 0)
      return wrong(
        `the key of the host's repository ${id} is not a file of this machine`,
        'name repositories and keyrings in dnf({ … })',
      );
    const keyrings = readKeyrings(checksSignatures ? keys : []);
    if (!keyrings.ok) return keyrings;
    repositories.push({ id, url, by, keyrings: keyrings.value });
  }
  return ok(repositories);
}

function wrong(message: string, hint: string): Result<never, Failure> {
  return err({ kind: 'usage-wrong', message, hint });
}
