import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, rm, rmdir, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { bug } from '../base/index.js';
import type { LayerStore } from '../store/index.js';
import type { Meta } from '../tree/index.js';
import type { OverlayMount } from './sandbox.js';
import { spawnInside } from './spawn-inside.js';

/** Layers that are ready to be mounted over one another with an empty writable one on top. */
export interface StackedLayers {
  /** Where they are to be mounted. */
  readonly root: string;
  /** What is written to the mount lands here. */
  readonly upper: string;
  readonly overlay: OverlayMount;
  /** Removes what is left of it but `upper`; it must not be mounted. */
  discard(): Promise<void>;
}

/** Gives a path to a user, by the numbers that count in the worker's namespace. */
export type SetOwner = (path: string, uid: number, gid: number) => Promise<void>;

/**
 * @param workspace a private directory on the store's file system
 * @param below the layers, lowest first, and the metadata that their root directory has
 * @param setOwner default: chown(2), which is right inside only
 */
export async function stackLayers(
  store: LayerStore,
  workspace: string,
  below: { readonly layers: readonly string[]; readonly root: Meta },
  setOwner: SetOwner = chown,
): Promise<StackedLayers> {
  const [root, upper, work, none] = ['root', 'upper', 'work', 'none'].map((name) => join(workspace, name));
  if (root === undefined || upper === undefined || work === undefined || none === undefined)
    bug('four names');
  for (const directory of [root, upper, work, none]) {
    await mkdir(directory);
    await setOwner(directory, 0, 0);
  }
  // The upper directory is the root directory that is seen: it must not have ours of this moment.
  const { uid, gid, mode, mtime } = below.root;
  await chmod(upper, mode);
  await utimes(upper, mtime, mtime);
  // Last, since who gives it away may not change it any more.
  await setOwner(upper, uid, gid);
  const options = overlayOptions(store.directory, {
    upper,
    work,
    lower: [none, ...below.layers.map((id) => store.pathOf(id))],
  });
  return {
    root,
    upper,
    overlay: { options, directory: store.directory },
    discard: async () => {
      // Only the kernel writes to `work`, under names of its own.
      await rm(work, { recursive: true, force: true });
      for (const directory of [root, none]) await rmdir(directory);
    },
  };
}

/** Whether they have been mounted: overlayfs makes a directory `work` in its workdir (the kernel's overlayfs.rst). */
export function wereMounted({ upper }: Pick<StackedLayers, 'upper'>): boolean {
  return existsSync(join(dirname(upper), 'work', 'work'));
}

/** A mounted root file system. What is written to it lands in `upper`. */
export interface RootfsMount {
  readonly root: string;
  readonly upper: string;
  unmount(): Promise<void>;
}

/** Mounts layers over one another, with an empty writable one on top, for programs of the worker itself. */
export async function mountRootfs(...of: Parameters<typeof stackLayers>): Promise<RootfsMount> {
  const { root, upper, overlay, discard } = await stackLayers(...of);
  const { options, directory } = overlay;
  await mustRun(['mount', '-t', 'overlay', '-o', options, 'mkve', root], directory);
  return {
    root,
    upper,
    unmount: async () => {
      await mustRun(['umount', '--lazy', root], directory);
      await discard();
    },
  };
}

/**
 * Mounts layers over one another to read their files: nothing can be written, and nothing is left to tidy up but two
 * empty directories.
 */
export async function mountReadOnly(
  store: LayerStore,
  workspace: string,
  layers: readonly string[],
): Promise<Omit<RootfsMount, 'upper'>> {
  // One that is empty, because overlayfs wants two where it has none to write to.
  const [root, none] = [join(workspace, 'root'), join(workspace, 'none')];
  for (const directory of [root, none]) await mkdir(directory);
  const lower = [none, ...layers.map((id) => store.pathOf(id))];
  const options = `userxattr,index=off,xino=off,${lowerOption(store.directory, lower)}`;
  await mustRun(['mount', '-t', 'overlay', '-o', options, 'mkve', root], store.directory);
  return {
    root,
    unmount: async () => {
      await mustRun(['umount', '--lazy', root], store.directory);
      for (const directory of [root, none]) await rmdir(directory);
    },
  };
}

/** A /tmp that several sandboxes see, one after the other: empty memory, as each would have on its own. */
export async function mountTmp(
  workspace: string,
): Promise<{ readonly path: string; unmount(): Promise<void> }> {
  const path = join(workspace, 'tmp');
  await mkdir(path);
  await mustRun(['mount', '-t', 'tmpfs', '-o', 'mode=1777', 'mkve', path], workspace);
  return { path, unmount: () => mustRun(['umount', '--lazy', path], workspace) };
}

/**
 * Paths relative to the layers' directory: mount(2) takes 4096 bytes of options, and a colon or comma in the path of
 * the store would mean something in them. overlay(5)'s `lowerdir` has the topmost first.
 */
function overlayOptions(
  layers: string,
  paths: { readonly upper: string; readonly work: string; readonly lower: readonly string[] },
): string {
  return [
    // `volatile`: a layer is not synced, so taking the mount apart need not sync the whole file system either.
    'userxattr,index=off,xino=off,volatile',
    lowerOption(layers, paths.lower),
    `upperdir=${relative(layers, paths.upper)}`,
    `workdir=${relative(layers, paths.work)}`,
  ].join(',');
}

function lowerOption(layers: string, lower: readonly string[]): string {
  return `lowerdir=${lower
    .map((path) => relative(layers, path))
    .reverse()
    .join(':')}`;
}

async function mustRun(argv: readonly string[], cwd: string): Promise<void> {
  const said: Uint8Array[] = [];
  const ended = await spawnInside({
    argv,
    cwd,
    env: {},
    onOutput: (chunk) => {
      said.push(chunk);
    },
    signal: new AbortController().signal,
  });
  if ('signal' in ended || ended.status !== 0)
    throw new Error(`${argv.join(' ')}: ${Buffer.concat(said).toString()}`);
}
