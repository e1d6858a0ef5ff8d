import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { identityOfThisProcess, lifeOf, type ProcessIdentity } from './identity.js';

/**
 * Unfinished output files. They lie beside what they will become, outside the store, so that they are published by
 * rename; their names say which process writes them, so that those of dead processes are known for what they are.
 *
 *     .mkve-PID-START-PLACE-RANDOM.tmp      PLACE: of which boot and pid namespace, as a short digest
 */
const NAME = /^\.mkve-(\d+)-(\d+)-([0-9a-f]{8})-[0-9a-f]{8}\.tmp$/;

/** A name for an unfinished file beside `path`. It is not derived from the name there, which may be as long as a name can be. */
export function stagedBeside(path: string): string {
  const self = identityOfThisProcess();
  const name = `.mkve-${self.pid}-${self.startTime}-${placeOf(self)}-${randomBytes(4).toString('hex')}.tmp`;
  return join(dirname(path), name);
}

/** Removes what dead processes left unfinished in the directory of `path`. */
export async function sweepBeside(path: string): Promise<void> {
  const directory = dirname(path);
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    const file = join(directory, name);
    if (NAME.test(name) && (await isAbandoned(file, name))) await rm(file, { force: true });
  }
}

async function isAbandoned(file: string, name: string): Promise<boolean> {
  const [, pid = '', startTime = '', place = ''] = NAME.exec(name) ?? [];
  const self = identityOfThisProcess();
  if (place === placeOf(self)) return lifeOf({ ...self, pid: Number(pid), startTime }) === 'dead';
  return isOld(file);
}

const DAY_MS = 86_400_000;

/** Of another boot or another container: nobody takes a day to write a file. Times are those of one file system. */
async function isOld(file: string): Promise<boolean> {
  try {
    const [own, directory] = await Promise.all([stat(file), stat(dirname(file))]);
    return directory.mtimeMs - own.mtimeMs > DAY_MS;
  } catch {
    return false;
  }
}

function placeOf({ bootId, pidNamespace }: ProcessIdentity): string {
  return createHash('sha256').update(`${bootId} ${pidNamespace}`).digest('hex').slice(0, 8);
}
