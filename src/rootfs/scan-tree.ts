import { err, ok, type Result } from '../base/index.js';
import type { Failure } from '../report/index.js';
import { applyChanges, type ByteString, byteString, displayName, TreeObjects } from '../tree/index.js';
import type { Caller } from '../workers/index.js';
import { type Scan, scanDirectory } from './scan-directory.js';
import { changesOf } from './scanned-changes.js';

export interface TreeScan {
  readonly tree: ReturnType<TreeObjects['put']>;
  readonly objects: TreeObjects;
  /** Paths of sockets, which no archive can hold. */
  readonly sockets: readonly string[];
}

export interface TreeScanRequest {
  /** Absolute, without symbolic links. */
  readonly directory: string;
  readonly caller: Caller;
  /** `PATH` for the programs that do the reading. */
  readonly path: string;
  /** The text of /proc/self/mountinfo. */
  readonly mounts: string;
  /** Whether a path is left out of the archive, so that nobody minds when it cannot be read. */
  readonly isExcluded: (path: ByteString) => boolean;
  /** Seconds to which newer mtimes are clamped; absent: they stay. */
  readonly sourceDateEpoch?: number;
  readonly signal: AbortSignal;
}

/**
 * The tree of a directory of the host as it is on disk, owners as numbers. It runs as the caller and outside of any
 * namespace, where the numbers are those that `ls -n` shows. Nothing in the directory is changed; for root, where it may mount,
 * not even an access time, see `AS_ROOT`. What is mounted below it is not entered.
 */
export async function scanTree(request: TreeScanRequest): Promise<Result<TreeScan, Failure>> {
  const scan = await scanQuietly(request);
  if (request.signal.aborted) return err({ kind: 'cancelled' });
  const said = scan.said.split('\n').map(remarkOf);
  const { directory } = request;
  const unreadable = said
    .flatMap((remark) => (remark?.kind === 'unreadable' ? [remark] : []))
    .filter(({ path }) => !isBelow(path, request.isExcluded));
  if (unreadable.length > 0) {
    const paths = unreadable.map(({ path, reason }) => ({ path: `/${displayName(path)}`, reason }));
    return err({ kind: 'tree-unreadable', directory, paths });
  }
  const changed = said.find(
    (remark) => remark?.kind === 'changed' && !isBelow(remark.path, request.isExcluded),
  );
  if (changed !== undefined)
    return err({ kind: 'input-changed', file: `${directory}/${displayName(changed.path)}` });
  if (scan.status > 2 || scan.status < 0 || !scan.entries.some(({ path }) => path === ''))
    return err({ kind: 'input-unreadable', file: directory, detail: scan.said.trim() });
  const mounts = mountPointsBelow(directory, request.mounts);
  const isEntered = ({ path }: { readonly path: ByteString }) =>
    !mounts.some((top) => path.startsWith(`${top}/`));
  const objects = new TreeObjects();
  const reading = {
    sourceDateEpoch: request.sourceDateEpoch ?? Number.POSITIVE_INFINITY,
    meaning: 'whole',
  } as const;
  const tree = applyChanges(objects, undefined, changesOf(scan.entries.filter(isEntered), reading));
  const sockets = said.flatMap((remark) => (remark?.kind === 'socket' ? [displayName(remark.path)] : []));
  return ok({ tree, objects, sockets });
}

/**
 * Seen through a mount of its own that is read-only and keeps no access times. Only the directory itself is mounted
 * there, without what is mounted below it.
 */
const AS_ROOT = [
  ...['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c'],
  'mount --bind "$1" "$1" && mount -o remount,bind,ro,noatime "$1" && shift && exec "$@"',
  'mkve',
] as const;

async function scanQuietly({ directory, caller, path, signal }: TreeScanRequest): Promise<Scan> {
  // The C locale: tar's remarks are read below.
  const env = { PATH: path, LC_ALL: 'C' };
  const quiet = ['--one-file-system', '--atime-preserve=system'];
  if (caller.uid === 0) {
    const seen = await scanDirectory(directory, {
      through: [...AS_ROOT, directory],
      options: quiet,
      env,
      signal,
    });
    // Root of a container that lets nobody mount reads as other users do.
    if (seen.entries.length > 0 || !/^(?:unshare|mount): /.test(seen.said)) return seen;
  }
  const scan = await scanDirectory(directory, { options: quiet, env, signal });
  // Only the owner of a file may read it without leaving a trace (open(2), O_NOATIME).
  if (!/: Cannot open: Operation not permitted$/m.test(scan.said)) return scan;
  return scanDirectory(directory, { options: ['--one-file-system'], env, signal });
}

type Remark = { readonly path: ByteString } & (
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'changed' | 'socket' }
);

/** One line of what GNU tar says on standard error in the C locale. */
function remarkOf(line: string): Remark | undefined {
  const [, quoted, words = ''] = /^tar: (\.(?:\/.*?)?): (.*)$/.exec(line) ?? [];
  if (quoted === undefined) return undefined;
  const path = unquoted(quoted);
  const [, reason] = /^(?:Warning: )?(?:Cannot \w+|Read error at .*): (.*)$/.exec(words) ?? [];
  if (reason !== undefined) return { kind: 'unreadable', path, reason };
  if (words === 'socket ignored') return { kind: 'socket', path };
  if (/^(?:file changed as we read it|File removed before we read it|File shrank by)/.test(words))
    return { kind: 'changed', path };
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** GNU tar's quoting style `escape`: bytes that do not print as `\ooo` or a letter. */
function unquoted(name: string): ByteString {
  const plain = name.replace(/\\([0-7]{3}|.)/gs, (_, code: string) =>
    /^[0-7]{3}$/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
  );
  return plain.replace(/^\.\/?/, '').replace(/\/$/, '') as ByteString;
}

/** Whether the path or a directory above it is left out. */
function isBelow(path: ByteString, isExcluded: (path: ByteString) => boolean): boolean {
  for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1)) {
    if (isExcluded(path.slice(0, at) as ByteString)) return true;
  }
  return false;
}

/** proc(5), /proc/PID/mountinfo: the fifth field is the mount point, with `\ooo` for white space. */
function mountPointsBelow(directory: string, mounts: string): readonly ByteString[] {
  const top = byteString(directory === '/' ? '/' : `${directory}/`);
  return byteString(mounts)
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((point) =>
      point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((point) => point.startsWith(top) && point.length > top.length)
    .map((point) => point.slice(top.length) as ByteString);
}
