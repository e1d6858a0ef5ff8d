import { mkdir } from 'node:fs/promises';

import { err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { spawnInside, type WorkerContext } from '../../rootfs/index.js';
import type { Compression } from '../archive-input.js';
import { hostProgramsArgv } from './host-programs.js';
import { Tail } from './tail.js';

/** Device nodes of /dev are the packer's. */
export const UNPACK_EXCLUDES = ['--anchored', '--exclude=dev/*', '--exclude=./dev/*'] as const;

/**
 * How GNU tar unpacks an archive that nobody here made. A user namespace may make no device nodes. Attributes: overlayfs
 * would take its own for marks, and the kernel lets nobody here set the others.
 */
export const UNPACK_OPTIONS = [
  ...['--extract', '--numeric-owner', '--same-owner', '--same-permissions', '--delay-directory-restore'],
  ...['--xattrs', '--xattrs-include=*', '--xattrs-exclude=user.overlay.*', '--xattrs-exclude=trusted.*'],
  ...['--xattrs-exclude=security.selinux', ...UNPACK_EXCLUDES],
] as const;

const DECOMPRESS: Readonly<Record<Compression, readonly string[]>> = {
  none: [],
  gzip: ['--gzip'],
  xz: ['--xz'],
  zstd: ['--zstd'],
};

/** Unpacks an archive into a new directory. Names that would lead out of it are tar's to refuse, and the sandbox's. */
export async function unpackTar(
  archive: { readonly path: string; readonly compression: Compression },
  target: string,
  { context, what }: { readonly context: WorkerContext; readonly what: string },
): Promise<Result<void, Failure>> {
  await mkdir(target);
  const command = [
    'tar',
    ...UNPACK_OPTIONS,
    ...DECOMPRESS[archive.compression],
    ...['--directory', target, '--file', archive.path],
  ];
  const tail = new Tail();
  const ended = await spawnInside({
    argv: hostProgramsArgv({
      mounts: ['--ro-bind', archive.path, archive.path, '--bind', target, target],
      directory: '/',
      command,
    }),
    env: { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    onOutput: (chunk) => {
      tail.add(chunk);
      return context.output(chunk);
    },
    signal: context.signal,
  });
  if (context.signal.aborted) return err({ kind: 'cancelled' });
  if ('status' in ended && ended.status === 0) return ok(undefined);
  const lastLines = tail.lines();
  return err({
    kind: 'command-failed',
    what: `unpacking ${what}`,
    argv: command,
    ending: ended,
    lastLines,
    ...hintFor(lastLines.join('\n')),
  });
}

function hintFor(said: string): { readonly hint?: string } {
  if (/Cannot mknod/.test(said)) {
    const where = 'outside of /dev, and no user namespace may make any';
    return { hint: `the archive holds device nodes ${where}; leave them out of it` };
  }
  if (/Cannot change ownership to uid .*: Invalid argument/.test(said))
    return { hint: 'owners and groups above 65535 do not exist in the namespace of a build' };
  if (/^(?:xz|zstd|gzip)\b.*: (?:Cannot exec|not found)/m.test(said))
    return { hint: 'install the program that unpacks it' };
  return {};
}
