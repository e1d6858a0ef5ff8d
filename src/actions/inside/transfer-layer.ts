import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type Digest, err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { captureChanges, spawnInside, type WorkerContext } from '../../rootfs/index.js';
import { changesDigest, diskUse } from '../../tree/index.js';
import { removeTree } from './remove-tree.js';
import { Tail } from './tail.js';

/** overlay(5) writes where a file came from: on another machine that means nothing. */
const XATTRS = ['--xattrs', '--xattrs-include=*', ...exclude('origin'), ...exclude('impure')];

export interface PackLayerArgument {
  readonly id: string;
  /** The archive to write, relative to the store. */
  readonly archive: string;
}

/** A layer as a tar archive, with whiteouts, owners and attributes as they are in here. */
export async function packLayer(
  { id, archive }: PackLayerArgument,
  context: WorkerContext,
): Promise<Result<void, Failure>> {
  const { store } = context;
  const to = [`--file=${join(store.root, archive)}`, `--directory=${store.layers.pathOf(id)}`];
  return tar(
    ['--create', '--format=posix', '--numeric-owner', '--sort=name', ...XATTRS, ...to, '.'],
    context,
  );
}

export interface UnpackLayerArgument {
  /** Relative to the store. */
  readonly archive: string;
  /** A private empty directory, relative to the store. */
  readonly workspace: string;
  readonly changes: Digest;
}

/** Later than any file of a layer: its times are compared as they are. */
const NO_EPOCH = 2 ** 40;

/** @returns the id of the layer in this store; nothing when it is not what its digest says */
export async function unpackLayer(
  { archive, workspace, changes }: UnpackLayerArgument,
  context: WorkerContext,
): Promise<Result<string | undefined, Failure>> {
  const { store } = context;
  const layer = join(store.root, workspace, 'layer');
  try {
    await mkdir(layer);
    const from = [`--file=${join(store.root, archive)}`, `--directory=${layer}`];
    const owners = ['--numeric-owner', '--same-owner', '--same-permissions'];
    const unpacked = await tar(['--extract', ...owners, ...XATTRS, ...from], context);
    if (!unpacked.ok) return unpacked;
    const found = await captureChanges(layer, { sourceDateEpoch: NO_EPOCH });
    if (changesDigest(found) !== changes) return ok(undefined);
    return ok(await store.layers.adopt(layer, changes, diskUse(found)));
  } finally {
    await removeTree({ path: workspace }, { ...context, signal: new AbortController().signal });
  }
}

async function tar(args: readonly string[], { signal }: WorkerContext): Promise<Result<void, Failure>> {
  const tail = new Tail();
  const argv = ['tar', ...args];
  const onOutput = (chunk: Uint8Array) => {
    tail.add(chunk);
  };
  const ended = await spawnInside({ argv, env: { LC_ALL: 'C.UTF-8' }, onOutput, signal });
  if (signal.aborted) return err({ kind: 'cancelled' });
  if ('status' in ended && ended.status === 0) return ok(undefined);
  return err({ kind: 'command-failed', what: 'tar', argv, ending: ended, lastLines: tail.lines() });
}

function exclude(attribute: string): readonly string[] {
  return [`--xattrs-exclude=user.overlay.${attribute}`];
}
