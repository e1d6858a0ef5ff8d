import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

import { type CanonicalValue, digestFromHex, err, messageOf, ok, type Result } from '../base/index.js';
import type { CopiedEntry, CopyStep } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import { type RootfsState, rootfsState, stateOutputs } from '../rootfs/index.js';
import { type ByteString, bytesOf, displayName } from '../tree/index.js';
import type { CopyFilesArgument } from './inside/copy-files.js';
import { type ActionKind, authored, EPOCH, left } from './kind.js';
import { nameInStore } from './outputs.js';
import { hasRootfs } from './rootfs-usable.js';

/** Files of the host in the root file system. The caller reads them, since a worker may not be able to. */
export const copy: ActionKind<CopyStep> = {
  describe: ({ source, destination }, inputs) => ({
    kind: 'copy',
    version: 1,
    inputs: {
      tree: rootfsState(inputs['from']).tree,
      entries: source.entries as unknown as CanonicalValue,
      destination: { path: destination.path, place: destination.place },
      name: destination.place === 'at' ? null : source.name,
      sourceDateEpoch: rootfsState(inputs['from']).sourceDateEpoch,
    },
  }),

  inputNames: ({ source: { file } }) => ({
    tree: left('the root file system before it'),
    entries: authored(displayName(file as ByteString)),
    destination: authored('destination'),
    name: authored('name'),
    sourceDateEpoch: left(EPOCH),
  }),

  isUsable: (_step, outputs, deps) => hasRootfs(outputs, deps),

  async run({ source, destination }, context, { store, workers, writer }) {
    const staging = await store.staging.create('copy');
    try {
      const contents = join(staging, 'contents');
      await mkdir(contents);
      const read = await readAll(source, { contents, signal: context.signal });
      if (!read.ok) return read;
      const argument: CopyFilesArgument = {
        state: rootfsState(context.inputs['from']),
        workspace: nameInStore(store, await store.staging.createInside(staging, writer)),
        contents: nameInStore(store, contents),
        name: source.name,
        entries: source.entries,
        destination,
      };
      const copied = (await workers.call('copy-files', argument, context)) as Result<RootfsState, Failure>;
      return copied.ok ? ok(stateOutputs(copied.value)) : copied;
    } finally {
      await store.staging.remove(staging);
    }
  },
};

type CopiedFile = Extract<CopiedEntry, { type: 'file' }>;

/** Puts every file under the number of its entry, byte for byte as the key was made of. */
async function readAll(
  source: CopyStep['source'],
  to: { readonly contents: string; readonly signal: AbortSignal },
): Promise<Result<void, Failure>> {
  for (const [index, entry] of source.entries.entries()) {
    if (to.signal.aborted) return err({ kind: 'cancelled' });
    if (entry.type !== 'file') continue;
    const name = (entry.path === '' ? source.file : `${source.file}/${entry.path}`) as ByteString;
    try {
      if (!(await copyVerified(entry, bytesOf(name), join(to.contents, String(index)))))
        return err({ kind: 'input-changed', file: displayName(name) });
    } catch (thrown) {
      return err({ kind: 'input-unreadable', file: displayName(name), detail: messageOf(thrown) });
    }
  }
  return ok(undefined);
}

const PIECE = 1024 * 1024;

/** Whether the file is still what it was when its digest was taken. */
async function copyVerified(entry: CopiedFile, from: Buffer, to: string): Promise<boolean> {
  // Neither a link nor a FIFO that has come in its place may be followed or waited for.
  const source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await source.stat()).isFile()) return false;
    const target = await open(to, 'wx', 0o644);
    try {
      const hash = createHash('sha256');
      const piece = Buffer.allocUnsafe(PIECE);
      for (;;) {
        const { bytesRead } = await source.read(piece, 0, PIECE);
        if (bytesRead === 0) break;
        hash.update(piece.subarray(0, bytesRead));
        await target.writeFile(piece.subarray(0, bytesRead));
      }
      return digestFromHex(hash.digest('hex')) === entry.digest;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
