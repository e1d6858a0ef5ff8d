import type { Digest } from '../base/index.js';
import { applyChanges, byteString, type Change, findNode, type TreeObjects } from '../tree/index.js';

interface Device {
  readonly path: string;
  readonly type: 'char' | 'block';
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
}

/**
 * The tree with device nodes in it that no user namespace could have made on disk. Owner root, mtime the source
 * date epoch; the directory must exist in the tree.
 */
export function addDevices(
  objects: TreeObjects,
  tree: Digest,
  request: { readonly devices: readonly Device[]; readonly sourceDateEpoch: number },
): Digest {
  const { devices, sourceDateEpoch: mtime } = request;
  if (devices.length === 0) return tree;
  return applyChanges(objects, tree, [
    ...directoriesOf(objects, tree, request),
    ...devices.map(({ path, type, major, minor, mode }): Change => {
      const node = { type, major, minor, mode, uid: 0, gid: 0, mtime } as const;
      return { kind: 'node', path: byteString(path), node };
    }),
  ]);
}

/** A root file system without /dev gets one. */
function directoriesOf(
  objects: TreeObjects,
  tree: Digest,
  request: { readonly devices: readonly Device[]; readonly sourceDateEpoch: number },
): readonly Change[] {
  const parents = new Set(request.devices.map(({ path }) => path.slice(0, path.lastIndexOf('/'))));
  return [...parents]
    .map((path) => byteString(path))
    .filter((path) => findNode(objects, tree, path)?.type !== 'dir')
    .map((path) => {
      const meta = { mode: 0o755, uid: 0, gid: 0, mtime: request.sourceDateEpoch };
      return { kind: 'dir', path, meta, lower: 'merge' };
    });
}
