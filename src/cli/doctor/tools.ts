import type { BackendName } from '../../graph/index.js';
import type { Caller } from '../../workers/index.js';
import type { ManagerName } from './package-managers.js';
import { isAtLeast } from './version.js';

/** What takes the tool. Bundles may go unsigned, and builds do without shells. */
export type Purpose = 'building' | 'signing' | 'shells';

/** A program that mkve runs on the host. */
export interface Tool {
  readonly name: string;
  readonly why: string;
  readonly purpose: Purpose;
  /** The package that brings it; none is known where a manager is left out. */
  readonly packages: Readonly<Partial<Record<ManagerName, string>>>;
  /** Arguments with which it says its version, or does nothing. */
  readonly ask: readonly string[];
  /** The package backend that runs it; absent: every build does. */
  readonly backend?: BackendName;
  /** Root does without it. */
  readonly onlyFor?: 'ordinary-users';
  /** What is wrong with the one that was found. */
  readonly unfit?: (said: string, caller: Caller) => Unfit | undefined;
}

export interface Unfit {
  readonly detail: string;
  /** Where installing the package does not mend it. */
  readonly advice?: string;
}

const VERSION = ['--version'];

/** The same package everywhere. */
function everywhere(name: string): Tool['packages'] {
  return { apt: name, dnf: name, 'apt-rpm': name };
}

const UTIL_LINUX = everywhere('util-linux');
const MOUNT = { apt: 'mount', dnf: 'util-linux', 'apt-rpm': 'mount' };
const UIDMAP = { apt: 'uidmap', dnf: 'shadow-utils', 'apt-rpm': 'shadow-submap' };
const GNUPG = { apt: 'gnupg', dnf: 'gnupg2', 'apt-rpm': 'gnupg2' };
const COREUTILS = everywhere('coreutils');
/** script(1), which Debian and Fedora have in packages of their own. */
const SCRIPT = { apt: 'bsdutils', dnf: 'util-linux-script', 'apt-rpm': 'util-linux' };
const FINDUTILS = everywhere('findutils');

/** Every tool that mkve runs, in the order in which a build first wants them. */
export const TOOLS: readonly Tool[] = [
  building('mmdebstrap', 'makes base systems of Debian and its relatives', {
    // It drives apt for dpkg, which ALT's apt-get is not.
    packages: { apt: 'mmdebstrap', dnf: 'mmdebstrap' },
    backend: 'mmdebstrap',
  }),
  building('apt-get', 'resolves and downloads packages', {
    packages: { apt: 'apt', dnf: 'apt' },
    backend: 'mmdebstrap',
  }),
  building('dnf', 'resolves and downloads packages of Fedora and its relatives', {
    packages: { apt: 'dnf', dnf: 'dnf' },
    backend: 'dnf',
  }),
  building('rpm', 'installs them', { packages: everywhere('rpm'), backend: 'dnf' }),
  building('rpmkeys', 'checks who signed them', { packages: everywhere('rpm'), backend: 'dnf' }),
  ...['hsh', 'mkaptbox', 'hsh-install', 'hsh-run', 'hsh-rmchroot'].map((name) =>
    building(name, 'makes root file systems of ALT Linux', {
      packages: { 'apt-rpm': 'hasher' },
      backend: 'hasher',
    }),
  ),
  building('bwrap', 'runs hooks cut off from the host', { packages: everywhere('bubblewrap') }),
  building('unshare', 'makes the namespaces in which root file systems are built', {
    packages: UTIL_LINUX,
    unfit: withoutMapAuto,
  }),
  building('nsenter', 'enters those namespaces when root builds', { packages: UTIL_LINUX }),
  building('mount', 'lays the layers of a root file system over one another', { packages: MOUNT }),
  building('umount', 'takes them apart again', { packages: MOUNT }),
  building('newuidmap', 'gives a namespace the user ids of a root file system', {
    packages: UIDMAP,
    ask: [],
    onlyFor: 'ordinary-users',
  }),
  building('newgidmap', 'gives a namespace the group ids of a root file system', {
    packages: UIDMAP,
    ask: [],
    onlyFor: 'ordinary-users',
  }),
  building('tar', 'reads what a step changed, extended attributes included', {
    packages: everywhere('tar'),
    unfit: unlessFrom(/GNU tar/, 'GNU tar'),
  }),
  building('zstd', 'packs root file systems', { packages: everywhere('zstd') }),
  building('bash', 'runs bundle-config, and sets up namespaces for root', { packages: everywhere('bash') }),
  building('sh', 'runs the small scripts of mkve', {
    packages: { apt: 'dash', dnf: 'bash', 'apt-rpm': 'sh' },
    ask: ['-c', ':'],
  }),
  building('cp', 'flattens long chains of layers', {
    packages: COREUTILS,
    unfit: unlessFrom(/coreutils/, 'coreutils'),
  }),
  building('find', 'deletes what is no longer wanted inside a namespace', {
    packages: FINDUTILS,
    unfit: unlessFrom(/findutils/, 'findutils'),
  }),
  { name: 'gpg', why: 'signs bundles', purpose: 'signing', packages: GNUPG, ask: VERSION },
  {
    name: 'gpg-agent',
    why: 'keeps the signing key and asks for its passphrase',
    purpose: 'signing',
    packages: { ...GNUPG, apt: 'gpg-agent' },
    ask: VERSION,
  },
  {
    name: 'script',
    why: 'gives the shells of mkve shell and --debug-shell a terminal of their own',
    purpose: 'shells',
    packages: SCRIPT,
    ask: VERSION,
  },
];

/** Those that this caller needs with a backend. */
export function toolsFor(caller: Caller, backend: BackendName): readonly Tool[] {
  return TOOLS.filter(({ onlyFor }) => onlyFor === undefined || caller.uid !== 0).filter(
    (tool) => tool.backend === undefined || tool.backend === backend,
  );
}

function building(
  name: string,
  why: string,
  rest: Pick<Tool, 'packages'> & Partial<Pick<Tool, 'ask' | 'backend' | 'onlyFor' | 'unfit'>>,
): Tool {
  return { name, why, purpose: 'building', ask: VERSION, ...rest };
}

function unlessFrom(sign: RegExp, maker: string): (said: string) => Unfit | undefined {
  return (said) => (sign.test(said) ? undefined : { detail: `the one found is not that of ${maker}` });
}

/** unshare(1): `--map-auto` came with util-linux 2.38. Root's namespaces do without. */
function withoutMapAuto(said: string, caller: Caller): Unfit | undefined {
  const version = /util-linux (\d[\d.]*)/.exec(said)?.[1];
  if (caller.uid === 0 || version === undefined || isAtLeast(version, '2.38')) return undefined;
  return {
    detail: `util-linux 2.38 or newer is needed, this is ${version}`,
    advice: 'move to a newer release of the distribution, or run mkve as root',
  };
}
