import type { Digest } from '../base/index.js';
import {
  applyChanges,
  type ByteString,
  byteString,
  type Change,
  findNode,
  type TreeObjects,
} from '../tree/index.js';

interface Device {
  readonly path: string;
  readonly type: 'char' | 'block';
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
}

/**
 * The tree with device nodes in it that no user namespace could have made on disk. Owner root, mtime the source
 * date epoch; directories that the tree lacks are made.
 */
export function addDevices(
  objects: TreeObjects,
  tree: Digest,
  request: { readonly devices: readonly Device[]; readonly sourceDateEpoch: number },
): Digest {
  const { devices, sourceDateEpoch: mtime } = request;
  if (devices.length === 0) return tree;
  const meta = { mode: 0o755, uid: 0, gid: 0, mtime };
  const missing = directoriesOf(devices).filter((path) => findNode(objects, tree, path)?.type !== 'dir');
  return applyChanges(objects, tree, [
    ...missing.map((path): Change => ({ kind: 'dir', path, meta, lower: 'merge' })),
    ...devices.map(({ path, type, major, minor, mode }): Change => {
      const node = { type, major, minor, mode, uid: 0, gid: 0, mtime } as const;
      return { kind: 'node', path: byteString(path), node };
    }),
  ]);
}

/** Every directory on the way to a device below the root, outer ones first. */
function directoriesOf(devices: readonly Device[]): readonly ByteString[] {
  const directories = new Set<string>();
  for (const { path } of devices) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1))
      directories.add(path.slice(0, slash));
  }
  return [...directories].map((path) => byteString(path));
}
