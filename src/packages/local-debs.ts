import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type CommandRunner, digestFromHex, err, messageOf, ok, type Result } from '../base/index.js';
import type { LocalPackage } from '../graph/index.js';
import type { Failure } from '../report/index.js';

/** What makes apt prefer the author's own packages, also to newer ones: apt_preferences(5). */
const LABEL = 'mkve-local';
const PIN = `Package: *\nPin: release l=${LABEL}\nPin-Priority: 1001\n`;

export interface LocalRepository {
  /** One line of sources.list(5). */
  readonly line: string;
  /** What its URIs begin with. */
  readonly uri: string;
}

/**
 * Makes a repository of package files where apt finds it as if it had fetched its lists already, so that nothing
 * needs a network or a signature: what the files are is in the keys of the steps that use them.
 */
export async function makeLocalRepository(
  packages: readonly LocalPackage[],
  at: {
    /** The box's own. */
    readonly directory: string;
    readonly lists: string;
    readonly runner: CommandRunner;
    readonly environment: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<Result<LocalRepository, Failure>> {
  const { directory, lists } = at;
  const pool = join(directory, 'local');
  await mkdir(pool, { recursive: true });
  const stanzas: string[] = [];
  for (const found of packages) {
    const stanza = await takeIn(found, { pool, ...at });
    if (!stanza.ok) return stanza;
    stanzas.push(stanza.value);
  }
  const prefix = join(lists, `${listName(pool)}_._`);
  await writeFile(`${prefix}Packages`, stanzas.join('\n'));
  await writeFile(`${prefix}Release`, `Label: ${LABEL}\nSuite: ${LABEL}\n`);
  await writeFile(join(directory, 'etc/preferences.d/local'), PIN);
  const uri = `copy:${encodeURI(pool)}`;
  return ok({ line: `deb [trusted=yes] ${uri} ./\n`, uri });
}

/** Copies one package, verified, and says what a Packages file says of it. */
async function takeIn(
  { file, digest, size }: LocalPackage,
  at: Parameters<typeof makeLocalRepository>[1] & { readonly pool: string },
): Promise<Result<string, Failure>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (thrown) {
    return err({ kind: 'input-unreadable', file, detail: messageOf(thrown) });
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (digestFromHex(sha256) !== digest) return err({ kind: 'input-changed', file });
  const name = `${sha256}.deb`;
  await writeFile(join(at.pool, name), bytes);
  const { runner, environment, signal } = at;
  const argv = ['dpkg-deb', '--field', join(at.pool, name)] as const;
  const outcome = await runner.run({ argv, env: { ...environment, LC_ALL: 'C.UTF-8' }, signal });
  if (signal.aborted) return err({ kind: 'cancelled' });
  if (outcome.kind === 'not-found') return err({ kind: 'host-lacks', needs: [DPKG_NEED] });
  if (outcome.kind !== 'exited' || outcome.status !== 0)
    return err({ kind: 'input-unreadable', file, detail: `not a Debian package: ${outcome.stderr}`.trim() });
  const fields = outcome.stdout.toString().trimEnd();
  return ok(`${fields}\nFilename: ./${name}\nSize: ${size}\nSHA256: ${sha256}\n`);
}

const DPKG_NEED = {
  what: 'dpkg-deb',
  why: 'reads the packages of a local directory',
  remedy: 'sudo apt-get install dpkg',
};

/** How apt names the lists of a repository: `URItoFileName` in apt's strutl.cc. */
function listName(path: string): string {
  return [...Buffer.from(path)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (character === '/') return '_';
      const isPlain = byte > 0x20 && byte < 0x7f && !'\\|{}[]<>"^~_=!@#$%^&*'.includes(character);
      return isPlain ? character : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}
