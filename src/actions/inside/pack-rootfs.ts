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
import { type DpkgPackage, readDpkgStatus } from '../../packages/index.js';
import type { Failure } from '../../report/index.js';
import type { RootfsState, WorkerContext } from '../../rootfs/index.js';
import { byteString, findNode, type TreeObjects } from '../../tree/index.js';
import { identityFiles } from './identity-files.js';
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
  readonly installed: readonly DpkgPackage[];
  /** Paths of files that should differ on every machine. */
  readonly identity: readonly string[];
}

export async function packRootfs(
  request: PackRootfsArgument,
  context: WorkerContext,
): Promise<Result<PackRootfsAnswer, Failure>> {
  const { store, trees } = context;
  const { state, exclude } = request;
  prepareDigestThread();
  const contents = new MountedContents(state, join(store.root, request.workspace), store.layers);
  try {
    const objects = await trees.load(state);
    const tree = excludePaths(objects, state.tree, exclude);
    // Mounting for the one goes on while the other digests what needs no file.
    const [status, rootfs] = await Promise.allSettled([
      dpkgStatus(objects, state.tree, contents),
      packContents({ request, objects, tree, contents }, context),
    ]);
    if (rootfs.status === 'rejected') throw rootfs.reason;
    if (status.status === 'rejected') throw status.reason;
    const installed = readDpkgStatus(status.value);
    return ok({ rootfs: rootfs.value, installed, identity: identityFiles(objects, tree) });
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

/** Larger than any package database; a hook may have made it anything. */
const MOST_STATUS = 256 * 1024 * 1024;

/** The tree is asked first, so that a link planted at this path leads nowhere. */
async function dpkgStatus(objects: TreeObjects, tree: Digest, contents: Contents): Promise<string> {
  const path = byteString('var/lib/dpkg/status');
  const node = findNode(objects, tree, path);
  if (node?.type !== 'file' || node.size > MOST_STATUS) return '';
  const { size, digest } = node;
  const bytes = Buffer.alloc(size);
  const read = await contents.open();
  read({ kind: 'content', path, digest, fileSize: size, offset: 0, size }, bytes);
  return bytes.toString('utf8');
}
