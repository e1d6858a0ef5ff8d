import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

import { bug, type Digest, err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { keepLayer, type RootfsState, type WorkerContext } from '../../rootfs/index.js';
import { type ByteString, byteString, findNode } from '../../tree/index.js';
import type { Compression } from '../archive-input.js';
import { explicitDirectories } from './explicit-directories.js';
import { newestMember } from './newest-member.js';
import { whiteOut } from './oci-whiteouts.js';
import { packageDatabase } from './package-database.js';
import { removeTree } from './remove-tree.js';
import { unpackTar } from './unpack-tar.js';

export interface UnpackArgument {
  /** As messages call what was given. */
  readonly name: string;
  /** A private empty directory, relative to the store. */
  readonly workspace: string;
  /** Lowest layer first; paths relative to the store. */
  readonly archives: readonly { readonly path: string; readonly compression: Compression }[];
  /** Seconds; absent: the newest time in the archives. */
  readonly sourceDateEpoch?: number;
  /** Permissions of the root directory, where those in the archive are not meant. */
  readonly rootMode?: number;
}

export interface UnpackAnswer {
  readonly state: RootfsState;
  /** Blob with dpkg's status file, which is empty where there is none. */
  readonly status: Digest;
  /** Blob with how its apt is configured. */
  readonly apt?: Digest;
}

/** Makes a state of a root file system that was given: one layer an archive. */
export async function unpackRootfs(
  request: UnpackArgument,
  context: WorkerContext,
): Promise<Result<UnpackAnswer, Failure>> {
  const { store } = context;
  const workspace = join(store.root, request.workspace);
  try {
    const unpacked = await unpackAll(request, workspace, context);
    if (!unpacked.ok) return unpacked;
    const { layers, epoch } = unpacked.value;
    let state: RootfsState | undefined;
    for (const { directory, explicit } of layers) {
      const below = { objects: context.trees.objects, tree: state?.tree };
      if (request.rootMode !== undefined) await chmod(directory, request.rootMode);
      if (layers.length > 1) await whiteOut(directory, { below, explicit });
      const from = state === undefined ? {} : { state };
      state = await keepLayer(context, directory, { ...from, sourceDateEpoch: epoch });
    }
    if (state === undefined) bug('a base without archives');
    const objects = await context.trees.load(state);
    const { tree } = state;
    if (!['etc', 'usr', 'bin'].some((name) => findNode(objects, tree, byteString(name)) !== undefined)) {
      const detail = `${request.name} holds no root file system: there is neither /etc nor /usr nor /bin in it`;
      return err({ kind: 'backend-unable', backend: 'rootfs', detail });
    }
    return ok({ state, ...(await packageDatabase(state, join(workspace, 'look'), context)) });
  } finally {
    await removeTree({ path: request.workspace }, { ...context, signal: new AbortController().signal });
  }
}

interface Unpacked {
  readonly layers: readonly { readonly directory: string; readonly explicit: ReadonlySet<ByteString> }[];
  readonly epoch: number;
}

async function unpackAll(
  request: UnpackArgument,
  workspace: string,
  context: WorkerContext,
): Promise<Result<Unpacked, Failure>> {
  const layers: { directory: string; explicit: ReadonlySet<ByteString> }[] = [];
  let newest = 0;
  for (const [index, { path, compression }] of request.archives.entries()) {
    const directory = join(workspace, String(index));
    const archive = { path: join(context.store.root, path), compression };
    const unpacked = await unpackTar(archive, directory, { context, what: request.name });
    if (!unpacked.ok) return unpacked;
    if (request.sourceDateEpoch === undefined) {
      const time = await newestMember(archive.path, context);
      if (!time.ok) return time;
      newest = Math.max(newest, time.value);
    }
    const explicit =
      request.archives.length > 1
        ? await explicitDirectories(archive.path, context)
        : ok(new Set<ByteString>());
    if (!explicit.ok) return explicit;
    layers.push({ directory, explicit: explicit.value });
  }
  return ok({ layers, epoch: request.sourceDateEpoch ?? newest });
}
