import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type CommandOutcome, type CommandRunner, err, ok, type Result } from '../base/index.js';
import type { ExactPackage, MmdebstrapSource } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import { aptFailure } from './apt-errors.js';
import { fieldOf, namesIn, stanzasOf } from './apt-index.js';
import { aptStatusReader } from './apt-status.js';
import type { BoxOptions, ListFile, PackageBox, ResolvedPackage } from './box.js';
import { authorizedUri } from './deb-place.js';
import { makeLocalRepository } from './local-debs.js';
import { oneLineSources } from './mmdebstrap.js';

/** What apt needs to know of where packages come from. */
export type AptSource = Pick<
  MmdebstrapSource,
  'suite' | 'architecture' | 'repositories' | 'recommends' | 'local'
> & {
  /** A directory with the keys of repositories that name none; absent: what the host's apt trusts. */
  readonly trusted?: string;
};

/** The host's apt-get on lists, status and archives of ours. */
export class AptBox implements PackageBox {
  readonly lists: string;
  readonly archives: string;
  readonly #paths: BoxOptions['paths'];
  readonly #runner: CommandRunner;
  readonly #source: AptSource;
  readonly #output: (chunk: Uint8Array) => void;
  readonly #signal: AbortSignal;
  /** What URIs of the author's own packages begin with; apt writes them with and without escapes. */
  #localUris: readonly string[] = [];

  private constructor(options: AptBoxOptions) {
    this.#paths = options.paths;
    this.#runner = options.runner;
    this.#source = options.source;
    this.#output = options.output;
    this.#signal = options.signal;
    this.lists = join(options.paths.directory, 'lists');
    this.archives = join(options.paths.directory, 'archives');
  }

  static async create(options: AptBoxOptions): Promise<Result<AptBox, Failure>> {
    const box = new AptBox(options);
    const { directory } = options.paths;
    for (const name of ['lists/partial', 'archives/partial', 'etc/preferences.d', 'cache']) {
      await mkdir(join(directory, name), { recursive: true });
    }
    await writeFile(join(directory, 'status'), options.status ?? '');
    await writeFile(join(directory, 'apt.conf'), await box.#configuration());
    const { local = [] } = options.source;
    let own = '';
    if (local.length > 0) {
      const { runner, signal } = options;
      const { environment } = options.paths;
      const made = await makeLocalRepository(local, {
        directory,
        lists: box.lists,
        runner,
        environment,
        signal,
      });
      if (!made.ok) return made;
      box.#localUris = [made.value.uri, decodeURI(made.value.uri)];
      own = made.value.line;
    }
    await writeFile(join(directory, 'sources.list'), `${oneLineSources(options.source)}${own}`);
    return ok(box);
  }

  /**
   * Fetches the metadata of all repositories, signatures checked.
   * @param onPercent told how far apt is
   */
  async update(onPercent: (percent: number) => void): Promise<Result<readonly ListFile[], Failure>> {
    const done = await this.#aptGet(
      ['-o', 'APT::Update::Error-Mode=any', 'update'],
      'fetching the package lists',
      onPercent,
    );
    if (!done.ok) return done;
    const names = (await readdir(this.lists)).filter((name) =>
      /_(InRelease|Release|Release\.gpg|Packages)$/.test(name),
    );
    return ok(names.sort().map((name) => ({ name, path: join(this.lists, name) })));
  }

  /** The exact packages that installing these names (or apt patterns) would bring, in apt's order. */
  async resolve(names: readonly string[]): Promise<Result<readonly ResolvedPackage[], Failure>> {
    const printed = await this.#install(['--print-uris'], names);
    if (!printed.ok) return printed;
    const packages = parseUris(printed.value).map((found) => this.#withoutOurPath(found));
    const lines = printed.value.split('\n').filter((line) => line.startsWith("'"));
    if (lines.length === packages.length) return ok(packages);
    const url = lines.find((line) => !/ SHA256:[0-9a-f]{64}$/.test(line)) ?? '';
    return err({
      kind: 'repository-untrusted',
      url,
      detail: 'the repository gives no SHA256 of this package',
    });
  }

  /** With the priority that the repository gives each, which what is in a package may contradict. */
  async forBase(packages: readonly ResolvedPackage[]): Promise<readonly ResolvedPackage[]> {
    const priorities = new Map<string, string>();
    for (const stanza of stanzasOf(await indexIn(this.lists), packages)) {
      const priority = fieldOf(stanza, 'Priority');
      if (priority !== undefined) priorities.set(fieldOf(stanza, 'SHA256') ?? '', priority);
    }
    return packages.map((found) => {
      const priority = priorities.get(found.sha256);
      return priority === undefined ? found : { ...found, priority };
    });
  }

  /** A name may say an architecture, a version or a release: apt-get(8). */
  async lacking(names: readonly string[]): Promise<Result<readonly string[], Failure>> {
    const known = namesIn(await indexIn(this.lists, 'latin1'));
    return ok(names.filter((name) => !known.has(name) && !known.has(name.split(/[:=/]/, 1)[0] ?? '')));
  }

  /** Those that the lists of now lack are offered beside them. */
  async hold(packages: readonly ExactPackage[], lists: string): Promise<void> {
    const { directory } = this.#paths;
    const stanzas = stanzasOf(await indexIn(lists), packages);
    // apt takes a list without any package for a broken one.
    if (stanzas.length > 0) {
      await writeFile(join(this.lists, `${PIN_LIST}Packages`), `${stanzas.join('\n\n')}\n`);
      await appendFile(join(directory, 'sources.list'), `${PIN_SOURCE}\n`);
    }
    // A priority over 1000 also stands against a newer version (apt_preferences(5)).
    const preferences = packages.map(
      ({ name, version }) => `Package: ${name}\nPin: version ${version}\nPin-Priority: 1001\n`,
    );
    await writeFile(join(directory, 'etc/preferences'), preferences.join('\n'));
  }

  async download(
    packages: readonly ResolvedPackage[],
    onPercent: (percent: number) => void,
  ): Promise<Result<void, Failure>> {
    const repositories = this.#source.repositories.flatMap(({ uris }) => uris);
    const triples = packages.flatMap(({ uri, file, sha256 }) => [
      authorizedUri(uri, repositories),
      join(this.archives, file),
      `SHA256:${sha256}`,
    ]);
    const done = await this.#apt(
      [APT_HELPER, 'download-file', ...triples],
      'downloading packages',
      onPercent,
    );
    return done.ok ? ok(undefined) : done;
  }

  /** The path of a box is one of this moment. */
  #withoutOurPath(found: ResolvedPackage): ResolvedPackage {
    return this.#localUris.some((uri) => found.uri.startsWith(`${uri}/`))
      ? { ...found, uri: `local:${found.file}` }
      : found;
  }

  #install(options: readonly string[], names: readonly string[]): Promise<Result<string, Failure>> {
    const recommends = this.#source.recommends ? '--install-recommends' : '--no-install-recommends';
    return this.#aptGet(
      ['--yes', recommends, ...options, 'install', '--', ...names],
      'resolving the packages',
    );
  }

  #aptGet(
    args: readonly string[],
    what: string,
    onPercent?: (percent: number) => void,
  ): Promise<Result<string, Failure>> {
    return this.#apt(['apt-get', '-q', ...args], what, onPercent);
  }

  async #apt(
    argv: readonly [string, ...string[]],
    what: string,
    onPercent?: (percent: number) => void,
  ): Promise<Result<string, Failure>> {
    const outcome = await this.#run(argv, onPercent);
    if (outcome.kind === 'not-found') return err({ kind: 'host-lacks', needs: [APT_NEED] });
    if (this.#signal.aborted) return err({ kind: 'cancelled' });
    const said = `${outcome.stdout.toString()}\n${outcome.stderr.toString()}`;
    const status = outcome.kind === 'exited' ? outcome.status : 1;
    if (status === 0) return ok(outcome.stdout.toString());
    return err(aptFailure(said, { what, suite: this.#source.suite, argv, status }));
  }

  #run(
    [program, ...args]: readonly [string, ...string[]],
    onPercent?: (percent: number) => void,
  ): Promise<CommandOutcome> {
    const env = {
      ...this.#paths.environment,
      LC_ALL: 'C.UTF-8',
      APT_CONFIG: join(this.#paths.directory, 'apt.conf'),
    };
    const request = { env, onOutput: this.#output, signal: this.#signal };
    if (onPercent === undefined) return this.#runner.run({ ...request, argv: [program, ...args] });
    const argv = [program, '-o', 'APT::Status-Fd=3', ...args] as const;
    return this.#runner.run({ ...request, argv, onStatus: aptStatusReader(onPercent) });
  }

  async #configuration(): Promise<string> {
    const dir = this.#paths.directory;
    const { architecture, trusted } = this.#source;
    return [
      await this.#hostNetworkSettings(),
      `Dir "${dir}"; Dir::State "${dir}"; Dir::State::status "${dir}/status"; Dir::State::lists "${dir}/lists";`,
      `Dir::Cache "${dir}/cache"; Dir::Cache::archives "${dir}/archives"; Dir::Log "${dir}"; Dir::Etc "${dir}/etc";`,
      `Dir::Etc::sourcelist "${dir}/sources.list"; Dir::Etc::sourceparts "/dev/null"; Dir::Etc::parts "/dev/null";`,
      trusted === undefined
        ? 'Dir::Etc::trusted "/etc/apt/trusted.gpg"; Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";'
        : `Dir::Etc::trusted "/dev/null"; Dir::Etc::trustedparts "${trusted}";`,
      'Dir::Etc::netrc "/etc/apt/auth.conf"; Dir::Etc::netrcparts "/etc/apt/auth.conf.d";',
      `APT::Architecture "${architecture}"; APT::Architectures { "${architecture}"; };`,
      // Names are names: apt-get would otherwise take `a.b` as a regular expression when there is no such package.
      'APT::Cmd::Pattern-Only "true"; APT::Sandbox::User ""; APT::Default-Release "";',
      'Acquire::Languages "none"; Acquire::ForceHash "sha256"; Acquire::Retries "1";',
      // Containers' apt often keeps lists compressed, which costs more time than it saves space here.
      'Acquire::GzipIndexes "false";',
      '',
    ].join('\n');
  }

  /** Proxies and the like, in the form apt-config(8) prints them. What weakens signatures or adds files stays out. */
  async #hostNetworkSettings(): Promise<string> {
    const env = { ...this.#paths.environment, LC_ALL: 'C.UTF-8' };
    const outcome = await this.#runner.run({ argv: ['apt-config', 'dump', 'Acquire'], env });
    if (outcome.kind !== 'exited' || outcome.status !== 0) return '';
    return outcome.stdout
      .toString()
      .split('\n')
      .filter((line) => NETWORK_SETTING.test(line))
      .join('\n');
  }
}

/** @param encoding `latin1` where only names are wanted: it is read in a tenth of the time */
async function indexIn(lists: string, encoding: 'utf8' | 'latin1' = 'utf8'): Promise<string> {
  const names = (await readdir(lists)).filter((name) => name.endsWith('_Packages'));
  const texts = await Promise.all(names.sort().map((name) => readFile(join(lists, name))));
  return texts.map((bytes) => bytes.toString(encoding)).join('\n\n');
}

interface AptBoxOptions extends BoxOptions {
  readonly source: AptSource;
}

/** Belongs to apt, and is not in the PATH. */
const APT_HELPER = '/usr/lib/apt/apt-helper';

/** Where apt finds packages that must not move, and how it names the list of that place. */
const PIN_SOURCE = 'deb [trusted=yes] copy:///mkve-locked ./';
const PIN_LIST = '_mkve-locked_._';

const NETWORK_SETTING = /^Acquire::(http|https|ftp|socks|proxy|forceipv4|forceipv6)\b/i;

const APT_NEED = {
  what: 'apt-get',
  why: 'resolves and downloads packages',
  remedy: 'sudo apt-get install apt',
};

/** Lines of `--print-uris`: `'URI' FILE SIZE SHA256:HEX`. */
export function parseUris(text: string): readonly ResolvedPackage[] {
  const lines = text.matchAll(
    /^'([^']+)' (([^\s_]+)_([^\s_]+)_([^\s_]+?)(?:\.deb)?) (\d+) SHA256:([0-9a-f]{64})$/gm,
  );
  return [...lines].map((match) => {
    const [, uri = '', file = '', name = '', version = '', arch = '', size = '', sha256 = ''] = match;
    return { name, version: unquoted(version), arch, sha256, size: Number(size), file, uri };
  });
}

/** apt quotes a colon in the name of a file as `%3a`. */
function unquoted(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
