import type { HasherSource } from '../graph/index.js';
import type { Failure } from '../report/index.js';

/** A command of hasher's: what it is for, and its argument vector. */
export interface HasherCommand {
  readonly what: string;
  readonly argv: readonly [string, ...string[]];
}

type Source = Pick<HasherSource, 'workdir' | 'architecture' | 'base' | 'number'>;

/**
 * hasher 1.7 with hasher-priv 2.0. Everything is an option: the user's ~/.hasher/config is shut out by an environment
 * without HOME, and no command may fall back to ~/hasher. None waits for a lock: whoever holds it is named instead.
 */
function common({ workdir, number }: Source): readonly string[] {
  const pair = number === undefined ? [] : [`--number=${number}`];
  return [`--workdir=${workdir}`, '--no-wait-lock', ...pair];
}

/** apt's root in the workdir, with fresh lists. The workdir is an argument here and no option. */
export function makeAptbox(source: Source, aptConfig: string | undefined): HasherCommand {
  const { workdir, architecture } = source;
  const config = aptConfig === undefined ? [] : [`--apt-config=${aptConfig}`];
  return {
    what: 'mkaptbox',
    argv: ['mkaptbox', '--no-wait-lock', ...config, `--target=${architecture}`, '--without-stuff', workdir],
  };
}

/**
 * A new chroot with hasher's own packages and those of the base. Without build tools, or the image would have users with
 * ids of this host; with the ownership that scriptlets set kept in `.fakedata`; with tar, which packs it at the end.
 */
export function initRoot(source: Source, aptConfig: string | undefined): HasherCommand {
  const config = aptConfig === undefined ? [] : [`--apt-config=${aptConfig}`];
  return {
    what: 'hsh --initroot-only',
    argv: [
      ...(['hsh', '--initroot-only', ...common(source), ...config] as const),
      ...[`--target=${source.architecture}`, '--without-stuff', '--no-contents-indices', '--save-fakeroot'],
      ...['--pkg-build-list=', `--pkg-init-list=+${['tar', ...source.base].join(',')}`],
    ],
  };
}

/** So many that none of hasher's time limits for one call is met; a list may be installed in several. */
const MOST_AT_ONCE = 100;

export function installCommands(source: Source, packages: readonly string[]): readonly HasherCommand[] {
  const commands: HasherCommand[] = [];
  for (let at = 0; at < packages.length; at += MOST_AT_ONCE) {
    const names = packages.slice(at, at + MOST_AT_ONCE);
    commands.push({ what: 'hsh-install', argv: ['hsh-install', ...common(source), ...names] });
  }
  return commands;
}

/**
 * The chroot as a tar archive on standard output, packed by pseudo-root inside, who alone sees the right owners. What
 * belongs to hasher is left out; without the first excludes tar could not read it and would fail.
 */
export function packCommand(source: Source): HasherCommand {
  const inside = [
    ...['tar', '--create', '--numeric-owner', '--sort=name', '--one-file-system', '-C', '/'],
    ...['--exclude=./.host', '--exclude=./.in', '--exclude=./.out', '--exclude=./.fakedata'],
    ...['--exclude=./proc/*', '--exclude=./sys/*', '.'],
  ];
  return { what: 'packing the chroot', argv: ['hsh-run', ...common(source), '--rooter', '--', ...inside] };
}

/** Files in the chroot belong to other users: nobody but hasher can remove them. */
export function removeChroot({ workdir }: Source): HasherCommand {
  return { what: 'hsh-rmchroot', argv: ['hsh-rmchroot', '--no-wait-lock', workdir] };
}

/**
 * apt.conf(5) that shuts out the host's own settings and sources.
 * @param sources path of the list of sources
 */
export function hasherAptConf(sources: string): string {
  return [
    `Dir::Etc::SourceList "${sources}";`,
    'Dir::Etc::main "/dev/null";',
    'Dir::Etc::parts "/var/empty";',
    'Dir::Etc::SourceParts "/var/empty";',
    '',
  ].join('\n');
}

/**
 * What hasher's words mean: its exit status is 1 for nearly everything. 100 is what `apt-get update` ended with.
 */
export function hasherFailure(
  { what, argv }: HasherCommand,
  ending: { readonly status: number } | { readonly signal: string },
  said: string,
): Failure {
  const lastLines = said
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-20);
  const missing = [...said.matchAll(/^E: Couldn't find package (\S+)/gm)].map(([, name]) => name ?? '');
  if (missing.length > 0) {
    const detail = lastLines.filter((line) => line.startsWith('E: ')).join('\n');
    return { kind: 'package-not-found', packages: [...new Set(missing)], suite: 'hasher', detail };
  }
  if (/unmet dependencies/.test(said))
    return { kind: 'packages-conflicted', detail: said.slice(said.search(/^.*unmet dependencies/m)).trim() };
  if ('status' in ending && ending.status === 100) {
    const urls = [...said.matchAll(/Failed to fetch (\S+)/g)].map(([, url]) => url ?? '');
    const detail = lastLines.at(-1) ?? '';
    return { kind: 'mirror-unreachable', urls: urls.length === 0 ? ["hasher's sources"] : urls, detail };
  }
  const known = KNOWN.find(({ sign }) => sign.test(said));
  if (known === undefined) return { kind: 'command-failed', what, argv, ending, lastLines };
  const line = lastLines.find((text) => known.sign.test(text)) ?? '';
  return { kind: 'backend-unable', backend: 'hasher', detail: line.trim(), hint: known.hint };
}

const KNOWN: readonly { readonly sign: RegExp; readonly hint: string }[] = [
  {
    sign: /already locked by pid=/,
    hint: 'wait for that program, or give this build a workdir of its own',
  },
  {
    sign: /Failed to lock hasher-priv/,
    hint: 'the pair of satellite users is busy: wait, or add one by hasher-useradd --number=N and set number',
  },
  {
    sign: /prefix mismatch/,
    hint: 'put the workdir below one of the prefixes in /etc/hasher-priv/system (as it is: ~ and /tmp/.private)',
  },
  {
    sign: /mount point is not allowed/,
    hint: 'list it in allowed_mountpoints of /etc/hasher-priv/system',
  },
  {
    sign: /getugid1 failed|cannot access .* helper/,
    hint: 'run hasher-useradd for this user as root, then log in again',
  },
];

/** Local directories of packages, which have no index: `rpm-dir file:/D ARCH COMP` is /D/ARCH/RPMS.COMP. */
export function packageDirectories(repositories: readonly string[]): readonly string[] {
  return repositories.flatMap((line) => {
    const [, directory, architecture, components = ''] =
      /^rpm-dir\s+(?:\[[^\]]*\]\s+)?file:(\S+)\s+(\S+)\s+(\S.*)$/.exec(line) ?? [];
    if (directory === undefined) return [];
    return components.split(/\s+/).map((component) => `${directory}/${architecture}/RPMS.${component}`);
  });
}

/** Why a directory can be no workdir: a phrase. */
export function workdirFault(workdir: string): string | undefined {
  if (/[`"$\\]/.test(workdir)) return 'its path may hold none of ` " $ \\';
  return workdir === '/' ? 'it may not be the root directory' : undefined;
}
