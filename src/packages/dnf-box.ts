import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { bug, digestFromHex, err, hexOf, messageOf, ok, type Result } from '../base/index.js';
import type { DnfSource, ExactPackage, LocalPackage } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import type { IndexKey } from './apt-index.js';
import { aptStatusReader } from './apt-status.js';
import type { BoxOptions, ListFile, PackageBox, ResolvedPackage } from './box.js';
import { DNF_SCRIPT } from './dnf-script.js';

/** The Python that dnf itself runs on; the first `python3` of somebody's PATH may be another one. */
const PYTHON = '/usr/bin/python3';

interface DnfBoxOptions extends BoxOptions {
  readonly source: DnfSource;
}

/** What the script is told beside what it works on. */
interface Asked {
  readonly names?: readonly string[];
  readonly held?: readonly IndexKey[];
  readonly wanted?: readonly Pick<ResolvedPackage, 'uri' | 'file' | 'sha256' | 'size'>[];
}

/** dnf's directory of a repository is its id and a digest of its URL. */
function heldId(directory: string): string {
  return directory.replace(/-([0-9a-f]{16})$/, `${HELD}-$1`);
}

/** What the ids of repositories with the lists of an older snapshot end in; the script has it, too. */
const HELD = '.locked';

type Percent = (percent: number) => void;

/** The host's dnf on metadata, a package database and downloads of ours. */
export class DnfBox implements PackageBox {
  readonly lists: string;
  readonly archives: string;
  readonly #options: DnfBoxOptions;
  #local: readonly string[] = [];
  #held: readonly IndexKey[] = [];

  private constructor(options: DnfBoxOptions) {
    this.#options = options;
    this.lists = join(options.paths.directory, 'lists');
    this.archives = join(options.paths.directory, 'archives');
  }

  /** `status` is the file `rpmdb.sqlite` of the system that packages go on top of. */
  static async create(options: DnfBoxOptions): Promise<Result<DnfBox, Failure>> {
    const box = new DnfBox(options);
    const database = join(box.#path('root'), options.source.database);
    for (const path of [box.lists, box.archives, box.#path('persist'), database])
      await mkdir(path, { recursive: true });
    // Read from the home directory, which is ours: distributions have different places for the database.
    await writeFile(join(box.#path('persist'), '.rpmmacros'), `%_dbpath ${options.source.database}\n`);
    if (options.status !== undefined) await writeFile(join(database, 'rpmdb.sqlite'), options.status);
    const taken = await box.#takeLocal(options.source.local ?? []);
    return taken.ok ? ok(box) : taken;
  }

  async update(onPercent: Percent): Promise<Result<readonly ListFile[], Failure>> {
    const told = await this.#ask('update', {}, onPercent);
    if (!told.ok) return told;
    const files: ListFile[] = [];
    for (const directory of told.value.lists ?? []) {
      const top = join(this.lists, directory);
      for (const entry of await readdir(top, { withFileTypes: true, recursive: true })) {
        const path = join(entry.parentPath, entry.name);
        // What dnf makes of them (`.solv`) lies beside these directories and is made again.
        if (entry.isFile()) files.push({ name: path.slice(this.lists.length + 1), path });
      }
    }
    return ok(files.sort((a, b) => (a.name < b.name ? -1 : 1)));
  }

  async resolve(names: readonly string[]): Promise<Result<readonly ResolvedPackage[], Failure>> {
    const told = await this.#ask('resolve', { names, held: this.#held });
    if (!told.ok) return told;
    const packages = (told.value.packages ?? bug('dnf named no packages')).map(resolvedOf);
    const unknown = packages.find(({ sha256 }) => sha256 === '');
    if (unknown === undefined) return ok(packages);
    const detail = 'the repository gives no SHA256 of this package';
    return err({ kind: 'repository-untrusted', url: unknown.uri, detail });
  }

  async lacking(names: readonly string[]): Promise<Result<readonly string[], Failure>> {
    const told = await this.#ask('lacking', { names });
    return told.ok ? ok(told.value.names ?? bug('dnf named no names')) : told;
  }

  forBase(packages: readonly ResolvedPackage[]): Promise<readonly ResolvedPackage[]> {
    return Promise.resolve(packages);
  }

  /** The older lists get a place beside those of now, as dnf names it for repositories of other ids. */
  async hold(packages: readonly ExactPackage[], lists: string): Promise<void> {
    for (const name of await readdir(lists)) {
      const place = join(this.lists, heldId(name));
      await cp(join(lists, name), place, { recursive: true });
    }
    this.#held = packages.map(({ name, version, arch, sha256 }) => ({ name, version, arch, sha256 }));
  }

  async download(packages: readonly ResolvedPackage[], onPercent: Percent): Promise<Result<void, Failure>> {
    const wanted = packages.map(({ uri, file, sha256, size }) => ({ uri, file, sha256, size }));
    const told = await this.#ask('download', { wanted }, onPercent);
    return told.ok ? ok(undefined) : told;
  }

  /** Copies the author's own packages, verified, under names that say which they are. */
  async #takeLocal(packages: readonly LocalPackage[]): Promise<Result<void, Failure>> {
    await mkdir(this.#path('local'));
    const taken: string[] = [];
    for (const { file, digest } of packages) {
      let bytes: Buffer;
      try {
        bytes = await readFile(file);
      } catch (thrown) {
        return err({ kind: 'input-unreadable', file, detail: messageOf(thrown) });
      }
      if (digestFromHex(createHash('sha256').update(bytes).digest('hex')) !== digest)
        return err({ kind: 'input-changed', file });
      const path = join(this.#path('local'), `${hexOf(digest)}.rpm`);
      await writeFile(path, bytes);
      taken.push(path);
    }
    this.#local = taken;
    return ok(undefined);
  }

  async #ask(
    mode: 'update' | 'resolve' | 'lacking' | 'download',
    what: Asked,
    onPercent?: Percent,
  ): Promise<Result<Told, Failure>> {
    const { runner, source, signal, output, paths } = this.#options;
    const asked = {
      mode,
      names: what.names ?? [],
      held: what.held ?? [],
      wanted: what.wanted ?? [],
      root: this.#path('root'),
      persist: this.#path('persist'),
      lists: this.lists,
      archives: this.archives,
      architecture: source.architecture,
      release: source.release,
      recommends: source.recommends,
      repositories: source.repositories.map(({ id, url, by }) => ({ id, url, by })),
      local: this.#local,
      network: networkSettings(paths.environment),
    };
    const outcome = await runner.run({
      argv: [PYTHON, '-c', DNF_SCRIPT],
      env: { ...paths.environment, LC_ALL: 'C.UTF-8', HOME: this.#path('persist') },
      stdin: JSON.stringify(asked),
      signal,
      ...(onPercent === undefined ? {} : { onStatus: aptStatusReader(onPercent) }),
    });
    if (signal.aborted) return err({ kind: 'cancelled' });
    if (outcome.kind === 'not-found') return err({ kind: 'host-lacks', needs: [DNF_NEED] });
    output(outcome.stderr);
    const said = outcome.stderr.toString();
    const told = outcome.kind === 'exited' && outcome.status === 0 ? toldIn(outcome.stdout) : undefined;
    if (told !== undefined) return failureIn(told, source);
    if (/^ModuleNotFoundError: No module named '(dnf|hawkey|rpm)/m.test(said))
      return err({ kind: 'host-lacks', needs: [DNF_NEED] });
    return err({
      kind: 'command-failed',
      what: 'dnf',
      argv: [PYTHON, '-c', '…'],
      ending: outcome.kind === 'exited' ? { status: outcome.status } : { signal: outcome.signal },
      lastLines: said
        .split('\n')
        .filter((line) => line !== '')
        .slice(-20),
    });
  }

  #path(name: string): string {
    return join(this.#options.paths.directory, name);
  }
}

export const DNF_NEED = {
  what: 'dnf 4 with its Python modules',
  why: 'resolves and downloads packages',
  remedy: 'sudo apt-get install dnf rpm (Debian), sudo dnf install python3-dnf (Fedora)',
};

/** What the script answers. */
interface Told {
  readonly error?: 'repository' | 'not-found' | 'conflict' | 'download';
  readonly detail?: string;
  readonly names?: readonly string[];
  readonly urls?: readonly string[];
  /** Names of the directories with each repository's metadata. */
  readonly lists?: readonly string[];
  readonly packages?: readonly ToldPackage[];
}

/** Nothing where something else than the script has written, as plugins of dnf may. */
export function toldIn(stdout: Uint8Array): Told | undefined {
  try {
    const told: unknown = JSON.parse(Buffer.from(stdout).toString());
    return typeof told === 'object' && told !== null && !Array.isArray(told) ? told : undefined;
  } catch {
    return undefined;
  }
}

interface ToldPackage extends ResolvedPackage {
  readonly local: boolean;
  /** Of a local package. */
  readonly path: string;
}

function failureIn(told: Told, source: DnfSource): Result<Told, Failure> {
  const { error, detail = '', names = [], urls = [] } = told;
  switch (error) {
    case undefined:
      return ok(told);
    case 'repository':
      return err({ kind: 'mirror-unreachable', urls: source.repositories.map(({ url }) => url), detail });
    case 'not-found':
      return err({
        kind: 'package-not-found',
        packages: names,
        suite: source.release,
        detail: `none of the repositories has them: ${source.repositories.map(({ url }) => url).join(', ')}`,
      });
    case 'conflict':
      return err({ kind: 'packages-conflicted', detail });
    case 'download':
      return err({ kind: 'download-failed', urls, detail });
    default:
      return bug(`the dnf script answered ${String(error)}`);
  }
}

function resolvedOf({ local, path, ...found }: ToldPackage): ResolvedPackage {
  if (!local) return found;
  const sha256 = /([0-9a-f]{64})\.rpm$/.exec(path)?.[1] ?? bug(`a local package at ${path}`);
  return { ...found, sha256, uri: `local:${found.file}` };
}

/** dnf reads no variables of the environment; curl's names for the proxy are those that the user has set. */
function networkSettings(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const proxy = environment['https_proxy'] ?? environment['http_proxy'] ?? environment['all_proxy'];
  return proxy === undefined || proxy === '' ? {} : { proxy };
}
