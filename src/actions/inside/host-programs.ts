import { existsSync, lstatSync, readlinkSync } from 'node:fs';

/**
 * The command line that runs a program of the host which makes or fills a root file system. It is root of the worker's
 * namespace, runs scripts of packages and could undo any read-only mount, so what must not be touched is not there at
 * all: of the host only its programs and their settings are, nobody's home and not the store. There is no network.
 */
export function hostProgramsArgv(request: {
  /** Options of bwrap(1) for what it is to see beside that. */
  readonly mounts: readonly string[];
  /** Where it starts. */
  readonly directory: string;
  readonly command: readonly string[];
}): readonly string[] {
  return [
    ...['unshare', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child', '--', 'bwrap'],
    ...hostPrograms(),
    ...['--dev', '/dev', '--proc', '/proc', '--perms', '1777', '--tmpfs', '/tmp', '--tmpfs', '/run'],
    ...request.mounts,
    ...['--unshare-net', '--unshare-pid', '--unshare-ipc', '--die-with-parent', '--new-session'],
    ...['--cap-add', 'ALL', '--chdir', request.directory, '--'],
    ...request.command,
  ];
}

/** `/bin` and the like are links into /usr or, on older systems, directories of their own. */
function hostPrograms(): readonly string[] {
  const tops = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']
    .map((name) => `/${name}`)
    .filter(existsSync);
  return [
    ...['--ro-bind', '/usr', '/usr', '--ro-bind', '/etc', '/etc'],
    ...tops.flatMap((top) =>
      lstatSync(top).isSymbolicLink() ? ['--symlink', readlinkSync(top), top] : ['--ro-bind', top, top],
    ),
  ];
}
