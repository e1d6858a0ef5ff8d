import { join } from 'node:path';

import { type Digest, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import type { RootfsState, WorkerContext } from '../../rootfs/index.js';
import type { ByteString } from '../../tree/index.js';
import { MountedContents } from './mounted-contents.js';
import { removeTree } from './remove-tree.js';

/** A regular file as the tree of a state has it. */
export interface WantedFile {
  readonly path: ByteString;
  readonly size: number;
  readonly digest: Digest;
}

export interface ReadFilesArgument {
  readonly state: RootfsState;
  /** A private empty directory, relative to the store. */
  readonly workspace: string;
  readonly files: readonly WantedFile[];
}

/** The contents of files of a state, in the order asked for. */
export async function readFiles(
  { state, workspace, files }: ReadFilesArgument,
  context: WorkerContext,
): Promise<Result<readonly Uint8Array[], Failure>> {
  const { store } = context;
  const contents = new MountedContents(state, join(store.root, workspace), store.layers);
  try {
    const read = await contents.open();
    return ok(
      files.map(({ path, size, digest }) => {
        const bytes = Buffer.alloc(size);
        read({ kind: 'content', path, digest, fileSize: size, offset: 0, size }, bytes);
        return bytes;
      }),
    );
  } finally {
    await contents.close();
    await removeTree({ path: workspace }, { ...context, signal: new AbortController().signal });
  }
}
