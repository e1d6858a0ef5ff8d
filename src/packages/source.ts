import { readFileSync } from 'node:fs';

import { err, ok, type Result } from '../base/index.js';
import type { AptRepository, MmdebstrapSource } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import { type HostRepository, parseOneLine, readHostSources } from './host-sources.js';
import { readKeyrings } from './keyrings.js';

/** What the user said about packages; whatever is absent is taken from the host. */
export interface SourceOptions {
  readonly suite?: string;
  /** URLs, or whole one-line entries (`deb …`). */
  readonly mirrors?: readonly string[];
  readonly components?: readonly string[];
  readonly architecture?: string;
  /** Absolute paths of key files. */
  readonly keyrings?: readonly string[];
  readonly variant?: string;
  readonly recommends?: boolean;
}

/** Names of Debian's architectures by Node's (`process.arch`). */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: 'i386',
  arm64: 'arm64',
  arm: 'armhf',
  ppc64: 'ppc64el',
  s390x: 's390x',
  riscv64: 'riscv64',
  loong64: 'loong64',
};

export function hostArchitecture(nodeArchitecture: string): string {
  return ARCHITECTURES[nodeArchitecture] ?? nodeArchitecture;
}

/** The release the host runs: os-release(5) `VERSION_CODENAME`. */
export function hostSuite(): string | undefined {
  return /^VERSION_CODENAME="?([^"\n]+)"?$/m.exec(osRelease())?.[1];
}

/**
 * Fills in what the user left out. Mirrors come from the host's own apt configuration: those of the suite, or those
 * of the host's release with the suite put in its place.
 */
export function packageSource(
  options: SourceOptions,
  host: { readonly aptDirectory: string; readonly suite: string | undefined; readonly architecture: string },
): Result<MmdebstrapSource, Failure> {
  const suite = options.suite ?? host.suite;
  if (suite === undefined)
    return err(usage('no suite is given and the host names none', 'set suite in mmdebstrap({ suite })'));
  const chosen = chooseRepositories(options, { ...host, suite });
  if (chosen.length === 0) {
    const family = otherFamily(suite);
    return err(
      usage(
        `no mirror is known for suite ${suite}${family === undefined ? '' : `, which is one of ${family}'s`}`,
        'give one: mmdebstrap({ mirrors: [URL] }) or --mirror URL',
      ),
    );
  }
  const repositories: AptRepository[] = [];
  for (const repository of chosen) {
    const keyrings = readKeyrings(options.keyrings ?? repository.signedBy);
    if (!keyrings.ok) return keyrings;
    const { uris, suites, components } = repository;
    repositories.push({ uris, suites, components, keyrings: keyrings.value });
  }
  return ok({
    backend: 'mmdebstrap',
    suite,
    architecture: options.architecture ?? host.architecture,
    repositories,
    variant: options.variant ?? 'minbase',
    recommends: options.recommends ?? false,
  });
}

function chooseRepositories(
  options: SourceOptions,
  host: { readonly aptDirectory: string; readonly suite: string; readonly architecture: string },
): readonly HostRepository[] {
  const components = options.components ?? ['main'];
  if (options.mirrors !== undefined && options.mirrors.length > 0) {
    return options.mirrors.flatMap((mirror) =>
      mirror.startsWith('deb ')
        ? parseOneLine(mirror)
        : [{ uris: [mirror], suites: [host.suite], components, signedBy: [] }],
    );
  }
  return fromHost(readHostSources(host.aptDirectory), host.suite).map((repository) =>
    options.components === undefined ? repository : { ...repository, components: options.components },
  );
}

const ROLLING = ['sid', 'unstable', 'experimental'];

function fromHost(repositories: readonly HostRepository[], suite: string): readonly HostRepository[] {
  const own = narrow(repositories, (name) => (belongsTo(name, suite) ? name : undefined));
  if (own.length > 0) return own;
  const release = hostSuite();
  // The host's mirrors are those of its own distribution.
  if (release === undefined || otherFamily(suite) !== undefined) return [];
  return narrow(repositories, (name) => {
    if (!belongsTo(name, release)) return undefined;
    // Releases in motion have neither updates nor security suites.
    if (ROLLING.includes(suite) && name !== release) return undefined;
    return name.replace(release, suite);
  });
}

/** Names of releases that no relative reuses: distro-info(1). */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  debian: [
    'stretch',
    'buster',
    'bullseye',
    'bookworm',
    'trixie',
    'forky',
    'sid',
    'unstable',
    'testing',
    'stable',
  ],
  ubuntu: ['xenial', 'bionic', 'focal', 'jammy', 'noble', 'oracular', 'plucky', 'questing', 'resolute'],
};

/** The distribution that a suite is known to be of, where the host is of another one. */
function otherFamily(suite: string): string | undefined {
  const host = /^ID="?([^"\n]+)"?$/m.exec(osRelease())?.[1] ?? '';
  const [family] = Object.entries(FAMILIES).find(([, suites]) => suites.includes(suite)) ?? [];
  return family === host ? undefined : family;
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

function belongsTo(name: string, suite: string): boolean {
  return [suite, `${suite}-updates`, `${suite}-security`, `${suite}/updates`].includes(name);
}

function narrow(
  repositories: readonly HostRepository[],
  rename: (suite: string) => string | undefined,
): readonly HostRepository[] {
  return repositories
    .map((repository) => ({
      ...repository,
      suites: repository.suites.map(rename).filter((name) => name !== undefined),
    }))
    .filter(({ suites }) => suites.length > 0);
}

function usage(message: string, hint: string): Failure {
  return { kind: 'usage-wrong', message, hint };
}
