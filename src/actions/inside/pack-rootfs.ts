import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { type Digest, ok, type Result } from '../../base/index.js';
import type { DeviceNode, RootfsFormat } from '../../graph/index.js';
import { addDevices, codecFor, excludePaths, type PackedRootfs, packTree } from '../../pack/index.js';
import { type DpkgPackage, readDpkgStatus } from '../../packages/index.js';
import type { Failure } from '../../report/index.js';
import { mountRootfs, type RootfsState, type WorkerContext } from '../../rootfs/index.js';
import { byteString, findNode, type TreeObjects } from '../../tree/index.js';
import { ContentReader } from './content-reader.js';
import { identityFiles } from './identity-files.js';
import { removeTree } from './remove-tree.js';

export interface PackRootfsArgument {
  readonly state: RootfsState;
  /** A private empty directory, relative to the store. */
  readonly workspace: string;
  readonly format: RootfsFormat;
  readonly level: number;
  readonly devices: readonly DeviceNode[];
  /** Patterns of paths to leave out. */
  readonly exclude: readonly string[];
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
  const { store, trees, progress, signal } = context;
  const { state, format, level, devices, exclude } = request;
  const objects = await trees.load(state);
  const tree = excludePaths(objects, state.tree, exclude);
  const mount = await mountRootfs(store.layers, join(store.root, request.workspace), {
    layers: state.layers.map(({ id }) => id),
    root: objects.get(state.tree).meta,
  });
  const reader = await ContentReader.open(mount.root, state, store.layers);
  try {
    const installed = readDpkgStatus(dpkgStatus(objects, state.tree, reader));
    const rootfs = await packTree({
      objects,
      tree: addDevices(objects, tree, { devices, sourceDateEpoch: state.sourceDateEpoch }),
      codec: codecFor(format, { level, filter, zstdVersion: await zstdVersion(format) }),
      blobs: store.blobs,
      segments: store.segments,
      readContent: (member) => reader.read(member),
      parallel: availableParallelism() + 1,
      signal,
      onProgress: (done, total) => progress({ done, total, unit: 'bytes' }),
    });
    return ok({
      rootfs,
      installed,
      identity: identityFiles(objects, tree),
    });
  } finally {
    await mount.unmount();
    await removeTree({ path: request.workspace }, { ...context, signal: new AbortController().signal });
  }
}

/** Larger than any package database; a hook may have made it anything. */
const MOST_STATUS = 256 * 1024 * 1024;

/** The tree is asked first, so that a link planted at this path leads nowhere. */
function dpkgStatus(objects: TreeObjects, tree: Digest, reader: ContentReader): string {
  const path = byteString('var/lib/dpkg/status');
  const node = findNode(objects, tree, path);
  if (node?.type !== 'file' || node.size > MOST_STATUS) return '';
  const { size, digest } = node;
  const bytes = reader.read({ kind: 'content', path, digest, fileSize: size, offset: 0, size });
  return bytes.toString('utf8');
}

async function zstdVersion(format: RootfsFormat): Promise<string> {
  if (format !== 'tar.zst') return '';
  return (await filter(['zstd', '--version'], Buffer.alloc(0))).toString().trim();
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
