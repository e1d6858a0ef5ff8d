import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { privateDirectory, stockHooks, type Tree } from './template-tree.js';

const BUSYBOX = ['/usr/bin/busybox', '/bin/busybox'].find((path) => existsSync(path));
const APPLETS = ['sh', 'basename', 'cat', 'chmod', 'chown', 'grep', 'ln', 'mkdir', 'readlink', 'rm', 'sed'];
// Entering a root as an ordinary user takes a user namespace; the bind mount is what stands for mknod in one.
const ENTER = 'mount --bind /dev/null "$0/dev/null" && exec chroot "$0" /bin/sh "$@"';

/** A root directory of the running test's own with little more than a shell. */
export interface FakeRootfs {
  readonly directory: string;
  /** Runs a stock hook inside. */
  readonly run: (hook: string, ...args: readonly string[]) => HookRun;
  readonly write: (tree: Tree) => void;
  readonly link: (path: string, target: string) => void;
  readonly read: (path: string) => string;
  /** Adds a program that does nothing but write down its name and arguments. */
  readonly record: (program: string) => void;
}

export interface HookRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The recording programs that ran, each with its arguments. */
  readonly calls: readonly string[];
}

/** False where nobody may make a user namespace, or busybox needs libraries: its own directory has none. */
export const canRunHooks: boolean =
  BUSYBOX !== undefined &&
  spawnSync('unshare', [
    '--user',
    '--map-root-user',
    '--mount',
    'chroot',
    dirname(BUSYBOX),
    '/busybox',
    'true',
  ]).status === 0;

export function fakeRootfs(tree: Tree = {}): FakeRootfs {
  const directory = privateDirectory();
  const at = (path: string): string => join(directory, path);
  const parentOf = (path: string): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
  };
  const write = (files: Tree): void => {
    for (const [path, content] of Object.entries(files)) {
      parentOf(path);
      writeFileSync(at(path), content instanceof Uint8Array ? content : [content].flat().join('\n'));
    }
  };
  const rootfs: FakeRootfs = {
    directory,
    write,
    read: (path) => readFileSync(at(path), 'utf8'),
    link: (path, target) => {
      parentOf(path);
      symlinkSync(target, at(path));
    },
    record: (program) => {
      parentOf(`sbin/${program}`);
      writeFileSync(at(`sbin/${program}`), '#!/bin/sh\necho "$(basename "$0") $*" >>/calls\n', {
        mode: 0o755,
      });
    },
    run: (hook, ...args) => {
      copyFileSync(join(stockHooks, hook), at('hook'));
      writeFileSync(at('calls'), '');
      const argv = [
        '--user',
        '--map-root-user',
        '--mount',
        '/bin/sh',
        '-c',
        ENTER,
        directory,
        '/hook',
        ...args,
      ];
      const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' };
      const { status, stdout, stderr } = spawnSync('unshare', argv, { env, encoding: 'utf8' });
      return { status, stdout, stderr, calls: readFileSync(at('calls'), 'utf8').split('\n').filter(Boolean) };
    },
  };
  write({
    'bin/busybox': BUSYBOX === undefined ? '' : readFileSync(BUSYBOX),
    'dev/null': '',
    'etc/hostname': 'web\n',
    ...tree,
  });
  spawnSync('chmod', ['0755', at('bin/busybox')]);
  for (const applet of APPLETS) rootfs.link(`bin/${applet}`, 'busybox');
  return rootfs;
}
