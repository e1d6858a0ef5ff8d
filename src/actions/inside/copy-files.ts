import { chmod, copyFile, lchown, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { assertNever, err, messageOf, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import {
  flattenIfLong,
  keepLayer,
  mountRootfs,
  type RootfsState,
  type WorkerContext,
} from '../../rootfs/index.js';
import { bytesOf } from '../../tree/index.js';
import { type CopyOperation, type CopyPlan, planCopy } from './plan-copy.js';
import { removeTree } from './remove-tree.js';

export interface CopyFilesArgument extends CopyPlan {
  readonly state: RootfsState;
  /** A private empty directory, relative to the store. */
  readonly workspace: string;
  /** A directory with the bytes of the files, each under the number of its entry; relative to the store. */
  readonly contents: string;
}

/** Copies what the caller has read into a state of a root file system and answers the state it left. */
export async function copyFiles(
  request: CopyFilesArgument,
  context: WorkerContext,
): Promise<Result<RootfsState, Failure>> {
  const { store, trees, signal } = context;
  const { state } = request;
  const workspace = join(store.root, request.workspace);
  try {
    const objects = await trees.load(state);
    const planned = planCopy(objects, state.tree, request);
    if (!planned.ok) return err({ kind: 'copy-refused', detail: planned.error });
    const mount = await mountRootfs(store.layers, workspace, {
      layers: state.layers.map(({ id }) => id),
      root: objects.get(state.tree).meta,
    });
    try {
      for (const operation of planned.value) {
        if (signal.aborted) return err({ kind: 'cancelled' });
        await perform(operation, { root: mount.root, contents: join(store.root, request.contents) });
      }
    } catch (thrown) {
      // A disk that is full, a name too long for this file system: not the template's fault and not ours.
      return err({ kind: 'copy-refused', detail: messageOf(thrown) });
    } finally {
      await mount.unmount();
    }
    const kept = await keepLayer(context, mount.upper, { state, sourceDateEpoch: state.sourceDateEpoch });
    return ok(await flattenIfLong(context, kept, join(workspace, 'flatten')));
  } finally {
    await removeTree({ path: request.workspace }, { ...context, signal: new AbortController().signal });
  }
}

async function perform(
  operation: CopyOperation,
  at: { readonly root: string; readonly contents: string },
): Promise<void> {
  const path = Buffer.concat([Buffer.from(`${at.root}/`), bytesOf(operation.path)]);
  switch (operation.kind) {
    case 'make-directory':
      await mkdir(path);
      break;
    case 'write-file':
      await rm(path, { force: true });
      await copyFile(join(at.contents, String(operation.entry)), path);
      break;
    case 'make-link':
      await rm(path, { force: true });
      await symlink(bytesOf(operation.target), path);
      break;
    default:
      assertNever(operation);
  }
  // A directory with the setgid bit gives its group to whatever is made in it.
  await lchown(path, 0, 0);
  if (operation.kind !== 'make-link') await chmod(path, operation.mode);
}
