import type { DnfSource } from '../graph/index.js';

/**
 * rpm(8) that fills a root file system from package files: what to install was decided before and the files verified,
 * so no signature is asked for again, and no plugin of the host's has a say. Scripts of packages run in a chroot.
 */
export function rpmCommand(
  { database, architecture }: Pick<DnfSource, 'database' | 'architecture'>,
  paths: { readonly target: string; readonly files: readonly string[] },
): readonly [string, ...string[]] {
  return [
    'rpm',
    ...['--root', paths.target, '--dbpath', database, '--define', `_target_cpu ${architecture}`],
    // Mounted while scripts run: their owners cannot be set then, and nothing else in them is a package's.
    ...['--define', '_netsharedpath /dev:/proc:/sys', '--define', '_pkgverify_level none'],
    ...['--noplugins', '--nosignature', '--upgrade', '--', ...paths.files],
  ];
}

/** Constant Python: makes of the database and its journal one file that holds nothing of this moment. */
export const RPM_TIDY = `
import glob, os, sqlite3, sys
database = sys.argv[1]
found = os.path.join(database, 'rpmdb.sqlite')
if os.path.exists(found):
    connection = sqlite3.connect(found)
    connection.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchall()
    connection.execute('PRAGMA journal_mode=DELETE').fetchall()
    connection.close()
for path in glob.glob(os.path.join(database, 'rpmdb.sqlite-*')) + [os.path.join(database, '.rpm.lock')]:
    if os.path.lexists(path):
        os.unlink(path)
root = sys.argv[2]
for path in ('var/cache/ldconfig/aux-cache', 'var/log/tallylog'):
    if os.path.lexists(os.path.join(root, path)):
        os.unlink(os.path.join(root, path))
`;

/** What rpm is asked for one line a package: rpm(8), `--queryformat`. */
export const RPM_QUERY = '%{NAME}\\t%{EVR}\\t%{ARCH}\\t%{SOURCERPM}\\n';

/** One package of rpm's database. */
export interface RpmPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly source?: string;
}

/** Reads the answer to `RPM_QUERY`. Public keys are in the database as packages and are none. */
export function readRpmQuery(text: string): readonly RpmPackage[] {
  return text
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([name = '']) => name !== '' && name !== 'gpg-pubkey')
    .map(([name = '', version = '', arch = '', source = '']) => ({
      name,
      version,
      arch,
      ...(source.endsWith('.src.rpm') ? { source: source.replace(/-[^-]+-[^-]+\.src\.rpm$/, '') } : {}),
    }));
}
