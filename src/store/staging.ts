import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { hasErrorCode } from '../base/index.js';
import { identityOfThisProcess, lifeOf, type ProcessIdentity } from './identity.js';
import { readEntryText } from './read-entry.js';

const OWNER = 'owner.json';
/** A process that cannot be alive: nothing was before the first boot. */
const NOBODY: ProcessIdentity = { pid: 0, startTime: '', bootId: '', pidNamespace: '' };

interface Writer {
  readonly uid: number;
  readonly gid: number;
}

/**
 * `tmp/NAME/`: private directories for unfinished work, on the store's file system so that results are published
 * by rename. Each says whose it is; those of dead processes are swept by the next process that comes along.
 */
export class Staging {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** A new empty directory, and the file beside it that names the process it belongs to. */
  async create(purpose: string): Promise<string> {
    const directory = join(this.#root, `${purpose}-${randomBytes(4).toString('hex')}`);
    await mkdir(this.#root, { recursive: true });
    await writeFile(`${directory}.${OWNER}`, JSON.stringify(identityOfThisProcess()), { flag: 'wx' });
    await mkdir(directory, { mode: 0o711 });
    return directory;
  }

  /**
   * A directory in which a worker may write, inside one of the caller's.
   * @param writer the user that a worker has outside its namespace, where that is not the caller
   */
  async createInside(directory: string, writer: Writer | undefined): Promise<string> {
    const inside = join(directory, 'inside');
    await mkdir(inside, { mode: 0o700 });
    if (writer !== undefined) await chown(inside, writer.uid, writer.gid);
    return inside;
  }

  /**
   * Where files of other users are left, as a killed worker leaves them, the directory stays for a later sweep by a
   * worker: the owner's file says that it may be taken.
   */
  async remove(directory: string): Promise<void> {
    try {
      await rm(directory, { recursive: true, force: true });
    } catch (thrown) {
      if (!hasErrorCode(thrown, 'EACCES', 'EPERM', 'ENOTEMPTY')) throw thrown;
      await writeFile(`${directory}.${OWNER}`, JSON.stringify(NOBODY));
      return;
    }
    await rm(`${directory}.${OWNER}`, { force: true });
  }

  /** Directories whose owners are dead. Their files may belong to users that only a worker may delete for. */
  async abandoned(): Promise<readonly string[]> {
    const names = await readdir(this.#root).catch(() => []);
    const owners = names.filter((name) => name.endsWith(`.${OWNER}`));
    const dead: string[] = [];
    for (const name of owners) {
      const path = join(this.#root, name);
      if (await isAbandoned(path)) dead.push(path.slice(0, -`.${OWNER}`.length));
    }
    return dead;
  }
}

async function isAbandoned(ownerFile: string): Promise<boolean> {
  try {
    const owner = (await readOwner(ownerFile)) ?? (await readOwnerLater(ownerFile));
    // Still not whole: its writer was killed in the middle.
    if (owner === undefined) return true;
    const life = lifeOf(owner);
    return life === 'dead' || (life === 'unknown' && (await isOld(ownerFile)));
  } catch {
    return false;
  }
}

/** Far longer than a process takes to write a hundred bytes. */
const MOST_WRITING_MS = 200;

async function readOwnerLater(ownerFile: string): Promise<ProcessIdentity | undefined> {
  await sleep(MOST_WRITING_MS);
  return readOwner(ownerFile);
}

/** Nothing while the file is not whole. */
async function readOwner(ownerFile: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readEntryText(ownerFile)) as ProcessIdentity;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

const DAY_MS = 86_400_000;

/** No build takes a day; what a process of another pid namespace left that long ago it has forgotten. */
async function isOld(ownerFile: string): Promise<boolean> {
  const [owner, directory] = await Promise.all([stat(ownerFile), stat(dirname(ownerFile))]);
  return directory.mtimeMs - owner.mtimeMs > DAY_MS;
}
