import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import type { HostNeed } from '../report/index.js';
import { type Caller, RANGE_LENGTH } from './caller.js';
import { namespaceNeeds } from './subordinate-ids.js';

/** The user that uid 0 of the worker's namespace is outside: the owner of what workers write. */
export interface WorkerIdentity {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Root's namespaces get ids from a range that no distribution hands out (systemd's UIDS-GIDS.md lists
 * 1879048192-2147483647 as unused), so that a hook which root runs is nobody on the host. Stable, because layers
 * in the store belong to these ids.
 */
const ROOT_RANGE_START = 1_879_048_192;

export function workerIdentity(caller: Caller): WorkerIdentity {
  return caller.uid === 0
    ? { uid: ROOT_RANGE_START, gid: ROOT_RANGE_START }
    : { uid: caller.uid, gid: caller.gid };
}

/** What workers must see although only the host's root may reach it, and where they find it. */
export interface View<Name extends string> {
  /** Where root's workers find it; absent where workers are the caller and see what the caller sees. */
  readonly top?: string;
  /** Directories. */
  readonly shown: readonly { readonly source: string; readonly target: string }[];
  /** By name, the path that a worker has to use. */
  readonly seen: Readonly<Record<Name, string>>;
}

/** One of them is hidden under a tmpfs in the mount namespace of root's workers; nothing is left on disk. */
const TOPS = ['/mnt', '/media', '/srv'];

/** Root's workers are nobody on the host and cannot enter places such as /root. Of a file, its directory is shown. */
export function viewOf<Name extends string>(
  caller: Caller,
  paths: Readonly<Record<Name, string>>,
): View<Name> {
  if (caller.uid !== 0) return { shown: [], seen: paths };
  const entries = Object.entries<string>(paths).map(([name, path]) => {
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    return isFile
      ? { name, source: dirname(path), file: `/${basename(path)}` }
      : { name, source: path, file: '' };
  });
  const hidden = (top: string) =>
    entries.some(({ source }) => source === top || source.startsWith(`${top}/`));
  const top = TOPS.find((candidate) => existsSync(candidate) && !hidden(candidate)) ?? '/mnt';
  const shown = entries.map(({ name, source }) => ({ source, target: `${top}/${name}` }));
  const seen = Object.fromEntries(entries.map(({ name, file }) => [name, `${top}/${name}${file}`]));
  return { top, shown, seen: seen as Record<Name, string> };
}

/** Any directory does to mount over where only one's own namespaces see it: what is under it is never seen there. */
export function mountPoint(): string {
  return TOPS.find((path) => existsSync(path)) ?? '/tmp';
}

export interface Entry {
  readonly argv: readonly [string, ...string[]];
}

/**
 * The command that runs another one as root of a new user namespace with mount, pid, ipc and uts namespaces of its
 * own, as its first process. The network stays the host's; each sandbox leaves it by itself.
 */
export function enterNamespace(
  caller: Caller,
  view: Pick<View<string>, 'top' | 'shown'>,
  command: readonly string[],
): Result<Entry, readonly HostNeed[]> {
  const needs = namespaceNeeds(caller);
  if (needs.length > 0) return err(needs);
  if (caller.uid === 0) return ok({ argv: enterAsRoot(view, command) });
  return ok({
    argv: [
      ...BASH,
      ...[`${closeDescriptorsAbove(IPC_CHANNEL)} exec "$@"`, 'mkve'],
      ...UNSHARE_AS_USER,
      ...NEW_NAMESPACES,
      '--',
      ...command,
    ],
  });
}

/** Without --norc bash takes the sockets that Node gives it for those of a remote shell, and reads .bashrc. */
export const BASH = ['bash', '--norc', '-c'] as const;

/**
 * Bash that closes whatever the caller's shell left open: it must not reach a hook. Only bash closes descriptors of more than
 * one digit. A constant text; the numbers come from the kernel.
 * @param last the last one to keep: a number, or a variable of the text around that has it
 */
export function closeDescriptorsAbove(last: string): string {
  return `
for open in /proc/self/fd/*; do
  open=\${open##*/}
  if [ "$open" -gt "${last}" ]; then eval "exec $open>&-"; fi
done
`;
}

const IPC_CHANNEL = '3';

const NEW_NAMESPACES = [
  ...['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child=SIGKILL', '--mount-proc'],
];

function enterAsRoot(
  { top = '/mnt', shown }: Pick<View<string>, 'top' | 'shown'>,
  command: readonly string[],
): readonly [string, ...string[]] {
  const binds = shown.map(({ source, target }) => fstabLine(source, target)).join('');
  const prepared = ['--mount', '--propagation', 'private', '--', ...BASH, ENTER_AS_ROOT, 'mkve', top, binds];
  return ['unshare', ...prepared, ...becomeFirst(command)];
}

/** fstab(5): fields are divided by white space, which in a path is written as `\\040`. */
function fstabLine(source: string, target: string): string {
  const [from, to] = [source, target].map((path) => path.replaceAll(/[\s\\]/g, octal));
  return `${from} ${to} none bind,X-mount.mkdir 0 0\n`;
}

function octal(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/**
 * newuidmap gives root no range that /etc/subuid does not list, but the kernel lets root write the map itself, from
 * outside the new namespace: so a first process makes the namespace and waits, and whoever wants it enters.
 */
const HOLD_A_NAMESPACE = `coproc HOLD { exec unshare --user -- sh -c 'echo; read -r _'; }`;
const ENTER_WHAT_IS_HELD = `
read -r _ <&"\${HOLD[0]}"
echo "0 ${ROOT_RANGE_START} ${RANGE_LENGTH}" >"/proc/$HOLD_PID/uid_map"
echo "0 ${ROOT_RANGE_START} ${RANGE_LENGTH}" >"/proc/$HOLD_PID/gid_map"
exec nsenter --target "$HOLD_PID" --user --setuid 0 --setgid 0 -- "$@"
`;

/**
 * A constant text; what varies comes as arguments. Every program here is waited for by whoever wants a worker, so one
 * mount(8) makes all the binds, and the namespace is made meanwhile.
 */
const ENTER_AS_ROOT = `
set -eu
${closeDescriptorsAbove(IPC_CHANNEL)}
top=$1 binds=$2
shift 2
${HOLD_A_NAMESPACE}
mount -t tmpfs -o mode=755 mkve "$top"
printf %s "$binds" >"$top/fstab"
mount --all --fstab "$top/fstab"
${ENTER_WHAT_IS_HELD}
`;

const UNSHARE_AS_USER = ['unshare', '--user', '--map-root-user', '--map-auto'];

/**
 * A constant text of bash that becomes its arguments as root of a new user namespace, which is mapped as that of a worker. All
 * other namespaces stay those of the caller, and so does the current directory, even where root inside could not go.
 */
export function becomeRootOfNewNamespace({ uid }: Caller): string {
  return uid === 0
    ? `set -eu\n${HOLD_A_NAMESPACE}\n${ENTER_WHAT_IS_HELD}`
    : `exec ${UNSHARE_AS_USER.join(' ')} -- "$@"`;
}

/**
 * For root of a user namespace: runs a command as the first process of mount, pid, ipc and uts namespaces. When the command
 * ends, or the program that runs it does, nothing is left in these.
 */
export function becomeFirst(command: readonly string[]): readonly [string, ...string[]] {
  return ['unshare', ...NEW_NAMESPACES, '--', ...command];
}
