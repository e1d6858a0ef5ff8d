import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { type Digest, ok, type Result } from '../../base/index.js';
import type { DeviceNode, RootfsFormat } from '../../graph/index.js';
import {
  addDevices,
  type Contents,
  codecFor,
  digestHere,
  digestInThread,
  excludePaths,
  type PackedRootfs,
  packTree,
  prepareDigestThread,
} from '../../pack/index.js';
import type { DpkgPackage, RpmPackage } from '../../packages/index.js';
import type { Failure } from '../../report/index.js';
import type { RootfsState, WorkerContext } from '../../rootfs/index.js';
import type { TreeObjects } from '../../tree/index.js';
import { identityFiles } from './identity-files.js';
import { installedPackages } from './installed-packages.js';
import { MountedContents } from './mounted-contents.js';
import { ZstdCalls, zstdVersion } from './zstd-calls.js';

export interface PackRootfsArgument {
  readonly state: RootfsState;
  /** A private empty directory, relative to the store. */
  readonly workspace: string;
  readonly format: RootfsFormat;
  readonly level: number;
  readonly devices: readonly DeviceNode[];
  /** Patterns of paths that are left out. */
  readonly exclude: readonly string[];
}

export interface PackRootfsAnswer {
  readonly rootfs: PackedRootfs;
  readonly installed: readonly (DpkgPackage | RpmPackage)[];
  /** Paths of files that should differ on every machine. */
  readonly identity: readonly string[];
}

export async function packRootfs(
  request: PackRootfsArgument,
  context: WorkerContext,
): Promise<Result<PackRootfsAnswer, Failure>> {
  const { store, trees } = context;
  const { state, exclude, format } = request;
  // A plain archive has one digest.
  if (format !== 'tar') prepareDigestThread();
  const workspace = join(store.root, request.workspace);
  const contents = new MountedContents(state, workspace, store.layers);
  try {
    const objects = await trees.load(state);
    const tree = excludePaths(objects, state.tree, exclude);
    // Mounting for the one goes on while the other digests what needs no file.
    const [installed, rootfs] = await Promise.allSettled([
      installedPackages({ objects, tree: state.tree, contents }, workspace, context.signal),
      packContents({ request, objects, tree, contents }, context),
    ]);
    if (rootfs.status === 'rejected') throw rootfs.reason;
    if (installed.status === 'rejected') throw installed.reason;
    if (!installed.value.ok) return installed.value;
    const identity = identityFiles(objects, tree);
    return ok({ rootfs: rootfs.value, installed: installed.value.value, identity });
  } finally {
    await contents.close();
  }
}

async function packContents(
  from: {
    readonly request: PackRootfsArgument;
    readonly objects: TreeObjects;
    readonly tree: Digest;
    readonly contents: Contents;
  },
  { store, progress, signal }: WorkerContext,
): Promise<PackedRootfs> {
  const { request, objects, tree, contents } = from;
  const { state, format, level, devices } = request;
  const cores = availableParallelism();
  const zstd = new ZstdCalls(join(store.root, request.workspace), cores);
  try {
    return await packTree({
      objects,
      tree: addDevices(objects, tree, { devices, sourceDateEpoch: state.sourceDateEpoch }),
      codec: await codecFor(format, {
        level,
        cores,
        zstdProgram: async (args) => ({
          version: await zstdVersion(),
          compress: (path) => zstd.compress(path, args),
          flush: () => zstd.flush(),
        }),
      }),
      blobs: store.blobs,
      segments: store.segments,
      contents,
      // The plain archive is by far the longer one.
      digestOf: (stream) => (stream === 'plain' ? digestInThread() : digestHere()),
      signal,
      onProgress: (done, total) => progress({ done, total, unit: 'bytes' }),
    });
  } finally {
    await zstd.end();
  }
}
