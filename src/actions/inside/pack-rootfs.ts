import { spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { type Digest, ok, type Result } from '../../base/index.js';
import type { DeviceNode, RootfsFormat } from '../../graph/index.js';
import { addDevices, codecFor, type Member, type PackedRootfs, packTree } from '../../pack/index.js';
import { type DpkgPackage, readDpkgStatus } from '../../packages/index.js';
import type { Failure } from '../../report/index.js';
import { mountRootfs, type RootfsState, type WorkerContext } from '../../rootfs/index.js';
import { byteString, bytesOf, findNode, type TreeObjects } from '../../tree/index.js';
import { identityFiles } from './identity-files.js';
import { removeTree } from './remove-tree.js';

export interface PackRootfsArgument {
  readonly state: RootfsState;
  /** A private empty directory, relative to the store. */
  readonly workspace: string;
  readonly format: RootfsFormat;
  readonly level: number;
  readonly devices: readonly DeviceNode[];
}

export interface PackRootfsAnswer {
  readonly rootfs: PackedRootfs;
  readonly installed: readonly DpkgPackage[];
  /** Paths of files that should differ on every machine. */
  readonly identity: readonly string[];
}

/** Packs a state. Files are read through a mount, since a file may lie in any of the layers. */
export async function packRootfs(
  request: PackRootfsArgument,
  context: WorkerContext,
): Promise<Result<PackRootfsAnswer, Failure>> {
  const { store, trees, signal } = context;
  const { state, format, level, devices } = request;
  const objects = await trees.load(state);
  const layers = state.layers.map(({ id }) => id);
  const mount = await mountRootfs(store.layers, join(store.root, request.workspace), layers);
  try {
    const installed = readDpkgStatus(dpkgStatus(objects, state.tree, mount.root));
    const rootfs = await packTree({
      objects,
      tree: addDevices(objects, state.tree, { devices, sourceDateEpoch: state.sourceDateEpoch }),
      codec: codecFor(format, { level, filter }),
      blobs: store.blobs,
      segments: store.segments,
      readContent: (member) => readSlice(mount.root, member),
      parallel: availableParallelism() + 1,
      signal,
    });
    return ok({
      rootfs,
      installed,
      identity: identityFiles(objects, state.tree),
    });
  } finally {
    await mount.unmount();
    await removeTree({ path: request.workspace }, { ...context, signal: new AbortController().signal });
  }
}

/** The tree is asked first, so that a link planted at this path leads nowhere. */
function dpkgStatus(objects: TreeObjects, tree: Digest, root: string): string {
  const path = byteString('var/lib/dpkg/status');
  const node = findNode(objects, tree, path);
  if (node?.type !== 'file') return '';
  const { size, digest } = node;
  return readSlice(root, { kind: 'content', path, digest, fileSize: size, offset: 0, size }).toString('utf8');
}

function readSlice(root: string, member: Extract<Member, { kind: 'content' }>): Buffer {
  const path = Buffer.concat([Buffer.from(`${root}/`), bytesOf(member.path)]);
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    if (fstatSync(file).size !== member.fileSize)
      throw new Error(`${path.toString()} changed since it was captured`);
    const bytes = Buffer.allocUnsafe(member.size);
    let filled = 0;
    while (filled < member.size) {
      const read = readSync(file, bytes, filled, member.size - filled, member.offset + filled);
      if (read === 0) throw new Error(`${path.toString()} is shorter than when it was captured`);
      filled += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Runs a compressor with bytes in and bytes out. */
function filter(argv: readonly string[], input: Buffer): Promise<Buffer> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(Buffer.concat(chunks));
      else reject(new Error(`${argv.join(' ')} ended with status ${status}`));
    });
  });
}
