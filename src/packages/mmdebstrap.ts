import { withoutCredentials } from '../base/index.js';
import type { MmdebstrapSource } from '../graph/index.js';
import type { ResolvedPackage } from './box.js';
import { debFileName } from './deb-place.js';

/**
 * The packages of mmdebstrap's variants as apt patterns (mmdebstrap(1) VARIANTS, apt-patterns(7)), so that they can
 * be resolved and fetched before mmdebstrap runs without a network.
 */
export function variantPatterns(
  source: Pick<MmdebstrapSource, 'architecture' | 'variant'>,
): readonly string[] | undefined {
  const pattern = (inner: string) => `?and(?architecture(${source.architecture}),${inner})`;
  const essential = pattern('?essential');
  switch (source.variant) {
    case 'essential':
      return [essential];
    case 'apt':
      return [essential, 'apt'];
    case 'required':
    case 'minbase':
      return [essential, 'apt', pattern('?priority(required)')];
    case 'buildd':
      return [essential, 'apt', pattern('?priority(required)'), 'build-essential'];
    case 'important':
    case 'debootstrap':
      return [essential, 'apt', pattern('?or(?priority(required),?priority(important))')];
    case 'standard':
      return [essential, 'apt', pattern('?or(?priority(required),?priority(important),?priority(standard))')];
    default:
      return undefined;
  }
}

/** Where the host keeps keys that packages bring: such a path means the same inside the root file system. */
const SHARED_KEYS = /^\/(usr\/share\/keyrings|etc\/apt\/(keyrings|trusted\.gpg\.d))\//;

/**
 * sources.list(5). For our own apt with the paths of all keys; `for-rootfs` only with keys that are found under the
 * same path inside.
 */
export function oneLineSources(
  source: Pick<MmdebstrapSource, 'repositories'>,
  keys: 'all-keys' | 'for-rootfs' = 'all-keys',
): string {
  const lines: string[] = [];
  for (const { uris, suites, components, keyrings } of source.repositories) {
    const files = keyrings
      .map(({ file }) => file)
      .filter((file) => keys === 'all-keys' || SHARED_KEYS.test(file));
    const options = files.length === 0 ? '' : `[signed-by=${files.join(',')}] `;
    for (const uri of uris) {
      // A password for a mirror is not for everybody who gets the bundle.
      const told = keys === 'all-keys' ? forOurApt(uri) : withoutCredentials(uri);
      for (const suite of suites) lines.push(`deb ${options}${told} ${suite} ${components.join(' ')}\n`);
    }
  }
  return lines.join('');
}

/** apt uses packages of `file:` repositories where they lie and leaves no copy; `copy:` is the same with one. */
function forOurApt(uri: string): string {
  return uri.replace(/^file:/, 'copy:');
}

/** Names of the variables by which the constant hooks below learn their paths. */
export const BASE_SCRIPT_ENV = { debs: 'MKVE_DEBS', fields: 'MKVE_FIELDS', sources: 'MKVE_SOURCES' } as const;

/** The repository that apt finds its packages in while the base is made. */
const SUPPLY_SOURCE = 'deb [trusted=yes] copy:///mkve ./';
/** How apt names the lists of that repository. */
const SUPPLY_LIST = '_mkve_._';

/**
 * mmdebstrap(1) for a base system from packages that are already here, without a network. Their index is made of what they
 * say of themselves, so the lists they were resolved from need not be there any more, and apt has no other choice. Its own
 * mode `root` is right inside a worker, where it is root of a user namespace.
 */
export function baseCommand(source: MmdebstrapSource, target: string): readonly [string, ...string[]] {
  return [
    'mmdebstrap',
    '--mode=root',
    '--format=directory',
    `--variant=${source.variant}`,
    `--architectures=${source.architecture}`,
    // Whether programs of the architecture can be run is seen before, without further programs (`foreignNeeds`).
    '--skip=update,check/signed-by,check/qemu',
    `--setup-hook=${SUPPLY}`,
    `--customize-hook=${TIDY}`,
    '--dpkgopt=force-unsafe-io',
    '--aptopt=Acquire::Languages "none"',
    source.suite,
    target,
    SUPPLY_SOURCE,
  ];
}

/**
 * Constant shell: mmdebstrap gives the root file system as `$1`. What the repository says of a package beside itself comes
 * from a file of its name (`suppliedFields`).
 */
const SUPPLY = [
  'set -e',
  'lists="$1/var/lib/apt/lists"',
  'mkdir -p "$lists" "$1/var/cache/apt/archives/partial"',
  'cp "$MKVE_DEBS"/*.deb "$1/var/cache/apt/archives/"',
  `for deb in "$MKVE_DEBS"/*.deb; do dpkg-deb --field "$deb"; cat "$MKVE_FIELDS/\${deb##*/}"; done >/tmp/index`,
  `sed '/^Priority:/d; s/^X-Mkve-Priority:/Priority:/' /tmp/index >"$lists/${SUPPLY_LIST}Packages"`,
  `cp "$MKVE_FIELDS/Release" "$lists/${SUPPLY_LIST}Release"`,
].join('\n');

/** What SUPPLY adds to the stanza of a package. */
export function suppliedFields(found: ResolvedPackage): string {
  const priority = found.priority === undefined ? '' : `X-Mkve-Priority: ${found.priority}\n`;
  return `${priority}Filename: ./${debFileName(found)}\nSize: ${found.size}\nSHA256: ${found.sha256}\n\n`;
}

/** The Release file that SUPPLY takes: mmdebstrap looks for packages of its suite only. */
export function suppliedRelease({ suite, architecture }: MmdebstrapSource): string {
  return `Suite: ${suite}\nCodename: ${suite}\nArchitectures: ${architecture} all\n`;
}

/** What tells of this machine or this moment, and the settings that were for the build alone. */
const TIDY = [
  'cp "$MKVE_SOURCES" "$1"/etc/apt/sources.list',
  'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/partial',
  'rm -f "$1"/etc/resolv.conf "$1"/etc/hostname',
  'rm -f "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/etc/dpkg/dpkg.cfg.d/99mmdebstrap',
].join(' && ');

/** All text that determines what a base is made of beside its packages. */
export const BASE_SCRIPTS = [SUPPLY_SOURCE, SUPPLY, TIDY].join('\n');

/**
 * Runs inside the root file system, with the packages under /tmp/debs and the names the user asked for as arguments.
 * apt orders the installation; what to install was decided before, so it needs neither lists nor a network.
 */
export const INSTALL_SCRIPT = `
set -eu
# No package may start its service: there is no init, and what it starts would be killed half-way.
if [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
  made_policy=yes
fi
# Packages of init tell it to start anew and wait most of a minute for an answer: somebody must listen.
mkfifo -m 600 /run/initctl 2>/dev/null && made_initctl=yes
sleep infinity <>/run/initctl &
if [ -d /tmp/debs ]; then
  apt-get -qq --yes --no-install-recommends --mark-auto \\
    -o APT::Sandbox::User=root -o Dpkg::Use-Pty=0 -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \\
    -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Options::=--force-confold \\
    install /tmp/debs/*.deb
fi
known=$(dpkg-query --show --showformat='\${Package}\\n\${binary:Package}\\n')
marked=
for name in "$@"; do
  name=\${name%%=*}
  # A virtual package has no mark of its own.
  case "
$known
" in *"
$name
"*) marked="$marked $name" ;; esac
done
[ -z "$marked" ] || apt-mark manual $marked >/dev/null
kill $!
[ -z "\${made_initctl-}" ] || rm -f /run/initctl
[ -z "\${made_policy-}" ] || rm -f /usr/sbin/policy-rc.d
# Records of when and how this build was made, and caches that are made again.
rm -rf /var/lib/apt/lists/* /var/log/apt/* /var/cache/apt/*.bin
rm -f /var/log/dpkg.log /var/log/alternatives.log /var/cache/ldconfig/aux-cache /var/cache/apt/archives/*.deb
`;
