import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { chmod, chown, lutimes } from 'node:fs/promises';
import type { Digest } from '../../base/index.js';
import { spawnInside } from '../../rootfs/index.js';
import {
  type ByteString,
  byteString,
  bytesOf,
  findNode,
  joinPath,
  type TreeObjects,
} from '../../tree/index.js';

/** What lies below a layer that is about to be added. */
interface Below {
  readonly objects: TreeObjects;
  /** Absent for the first layer. */
  readonly tree: Digest | undefined;
}

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/**
 * Turns an unpacked layer of an OCI image into what overlayfs has for an upper directory: `.wh.NAME` becomes a
 * whiteout of NAME, and the mark of an opaque directory whiteouts of all that is below it and not in it (layer.md of the
 * image format specification). Directories that the archive only implied get the metadata they have below.
 * @param explicit paths of the directories that the archive holds itself
 */
export async function whiteOut(
  layer: string,
  { below, explicit }: { readonly below: Below; readonly explicit: ReadonlySet<ByteString> },
): Promise<void> {
  const whiteouts: ByteString[] = [];
  const implied: ByteString[] = [];
  visit(byteString(''));
  await makeWhiteouts(layer, whiteouts);
  // Only now, because making an entry changes the times of its directory.
  for (const path of implied.reverse()) await inherit(layer, path, below);

  function visit(directory: ByteString): void {
    if (directory !== '' && !explicit.has(directory)) implied.push(directory);
    const names = readdirSync(place(layer, directory), { encoding: 'buffer' }).map((name) =>
      byteString(name),
    );
    for (const name of names) {
      const path = joinPath(directory, name);
      if (name.startsWith(WHITEOUT)) {
        unlinkSync(place(layer, path));
        if (name !== OPAQUE) whiteouts.push(joinPath(directory, name.slice(WHITEOUT.length) as ByteString));
      } else if (lstatSync(place(layer, path)).isDirectory()) {
        visit(path);
      }
    }
    if (names.includes(OPAQUE as ByteString)) {
      const kept = new Set(names);
      whiteouts.push(
        ...namesBelow(directory, below)
          .filter((name) => !kept.has(name))
          .map((name) => joinPath(directory, name)),
      );
    }
  }
}

function namesBelow(directory: ByteString, { objects, tree }: Below): readonly ByteString[] {
  const node = tree === undefined ? undefined : findNode(objects, tree, directory);
  return node?.type === 'dir' ? [...objects.get(node.tree).entries.keys()] : [];
}

/** Of what is not there below, a whiteout would say nothing. */
async function makeWhiteouts(layer: string, paths: readonly ByteString[]): Promise<void> {
  for (const path of paths) {
    const ended = await spawnInside({
      argv: ['mknod', place(layer, path).toString('latin1'), 'c', '0', '0'],
      env: {},
      onOutput: () => undefined,
      signal: new AbortController().signal,
    });
    if (!('status' in ended) || ended.status !== 0) throw new Error(`no whiteout could be made for ${path}`);
  }
}

async function inherit(layer: string, path: ByteString, { objects, tree }: Below): Promise<void> {
  const node = tree === undefined ? undefined : findNode(objects, tree, path);
  if (node?.type !== 'dir') return;
  const { uid, gid, mode, mtime } = objects.get(node.tree).meta;
  const directory = place(layer, path);
  await chown(directory, uid, gid);
  await chmod(directory, mode);
  const time = new Date(mtime * 1000);
  await lutimes(directory, time, time);
}

function place(layer: string, path: ByteString): Buffer {
  return Buffer.concat([Buffer.from(`${layer}/`), bytesOf(path)]);
}
