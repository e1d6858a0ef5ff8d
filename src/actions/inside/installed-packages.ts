import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { err, ok, type Result } from '../../base/index.js';
import {
  type DpkgPackage,
  RPM_QUERY,
  type RpmPackage,
  readDpkgStatus,
  readRpmQuery,
} from '../../packages/index.js';
import type { Failure } from '../../report/index.js';
import { spawnInside } from '../../rootfs/index.js';
import { hostProgramsArgv } from './host-programs.js';
import { type Readable, readFileInside } from './read-file.js';

/** Larger than any package database; a hook may have made it anything. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Where rpm's database may lie, and what its file is called: sqlite, Berkeley DB, ndb. */
const RPM_DATABASES = ['usr/lib/sysimage/rpm', 'var/lib/rpm'].flatMap((directory) =>
  ['rpmdb.sqlite', 'Packages', 'Packages.db'].map((name) => ({ path: `${directory}/${name}`, name })),
);

/**
 * What is installed in a root file system, as its own package database says; nothing where there is none.
 * @param workspace a private directory
 */
export async function installedPackages(
  readable: Readable,
  workspace: string,
  signal: AbortSignal,
): Promise<Result<readonly (DpkgPackage | RpmPackage)[], Failure>> {
  const status = await readFileInside(readable, 'var/lib/dpkg/status', MOST_BYTES);
  if (status !== undefined) return ok(readDpkgStatus(status.toString('utf8')));
  for (const { path, name } of RPM_DATABASES) {
    const bytes = await readFileInside(readable, path, MOST_BYTES);
    if (bytes !== undefined && bytes.length > 0) return queryRpm({ name, bytes }, workspace, signal);
  }
  return ok([]);
}

/** The host's rpm reads a copy of the database where nothing else can be reached: it may be anybody's. */
async function queryRpm(
  { name, bytes }: { readonly name: string; readonly bytes: Buffer },
  workspace: string,
  signal: AbortSignal,
): Promise<Result<readonly RpmPackage[], Failure>> {
  if (!['/usr/bin/rpm', '/bin/rpm'].some(existsSync)) return err({ kind: 'host-lacks', needs: [RPM_NEED] });
  const database = join(workspace, 'rpmdb');
  await mkdir(database);
  await writeFile(join(database, name), bytes);
  const said: Uint8Array[] = [];
  const command = [
    'rpm',
    '--dbpath',
    database,
    '--noplugins',
    '--nosignature',
    '-qa',
    '--queryformat',
    RPM_QUERY,
  ];
  const ended = await spawnInside({
    argv: hostProgramsArgv({ mounts: ['--bind', database, database], directory: '/', command }),
    env: { LC_ALL: 'C.UTF-8', HOME: '/nonexistent', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    onOutput: (chunk) => {
      said.push(chunk);
    },
    signal,
  });
  if (signal.aborted) return err({ kind: 'cancelled' });
  const text = Buffer.concat(said).toString('utf8');
  if ('status' in ended && ended.status === 0) return ok(readRpmQuery(text));
  const lastLines = text
    .split('\n')
    .filter((line) => line !== '')
    .slice(-20);
  return err({
    kind: 'command-failed',
    what: 'reading the package database',
    argv: command,
    ending: ended,
    lastLines,
  });
}

const RPM_NEED = {
  what: 'rpm',
  why: 'reads which packages a root file system of that kind holds',
  remedy: 'sudo apt-get install rpm (Debian), sudo dnf install rpm (Fedora)',
};
