import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type CommandRunner, err, linkOrCopy, messageOf, ok, type Result } from '../../base/index.js';
import type { Store } from '../open.js';
import { stagedBeside, sweepBeside } from '../output-staging.js';
import { EXPORT_FORMAT, type ExportManifest, MANIFEST } from './archive-layout.js';
import type { Inventory, StoredRecord } from './inventory.js';
import { itemPath, recordPath } from './paths.js';

export interface ExportRequest {
  readonly inventory: Inventory;
  /** The actions whose results go, with all that they name. */
  readonly records: readonly StoredRecord[];
  /** Absolute path of the file to write. */
  readonly file: string;
  /** Writes a layer as a tar archive in a directory of the store; both as named there. Nothing when it could not. */
  readonly packLayer: (id: string, to: string) => Promise<Result<void, string>>;
  /** Makes a directory in which workers may write. */
  readonly insideOf: (staging: string) => Promise<string>;
  readonly runner: CommandRunner;
  readonly env: Readonly<Record<string, string>>;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

export interface Exported {
  readonly results: number;
  readonly layers: number;
  readonly blobs: number;
  /** Of the file, in bytes. */
  readonly size: number;
}

/** What went wrong, in a sentence. */
export type TransferFault =
  | { readonly kind: 'unwritable'; readonly detail: string }
  | { readonly kind: 'unreadable'; readonly detail: string }
  | { readonly kind: 'damaged'; readonly faults: readonly string[] };

/**
 * Writes results into one file that another store can take. It appears whole or not at all. Segments stay: what was packed
 * goes, and where something changes over there, it is packed anew once.
 */
export async function exportResults(
  store: Store,
  request: ExportRequest,
): Promise<Result<Exported, TransferFault>> {
  const staging = await store.staging.create('export');
  try {
    const named = [...new Set(request.records.flatMap(({ refers }) => refers))].map((id) =>
      request.inventory.items.get(id),
    );
    const items = named.filter((item) => item !== undefined);
    const layers = items.filter(({ kind }) => kind === 'layer').map(({ name }) => name);
    const blobs = items.filter(({ kind }) => kind === 'blob');
    for (const name of ['blobs', 'layers', 'actions']) await mkdir(join(staging, name));
    for (const blob of blobs)
      await linkOrCopy(join(store.root, itemPath(blob)), join(staging, 'blobs', blob.name));
    const packed = await packLayers(store, { staging, layers }, request);
    if (!packed.ok) return packed;
    for (const record of request.records)
      await linkOrCopy(join(store.root, recordPath(record)), join(staging, 'actions', `${record.key}.json`));
    const manifest: ExportManifest = { format: EXPORT_FORMAT, layers: packed.value };
    await writeFile(join(staging, MANIFEST), JSON.stringify(manifest));
    const size = await writeArchive(staging, request);
    if (!size.ok) return size;
    return ok({
      results: request.records.length,
      layers: layers.length,
      blobs: blobs.length,
      size: size.value,
    });
  } finally {
    await store.staging.remove(staging);
  }
}

async function packLayers(
  store: Store,
  { staging, layers }: { readonly staging: string; readonly layers: readonly string[] },
  request: ExportRequest,
): Promise<Result<ExportManifest['layers'], TransferFault>> {
  const inside = await request.insideOf(staging);
  const digests: Record<string, ExportManifest['layers'][string]> = {};
  for (const [index, id] of layers.entries()) {
    request.signal.throwIfAborted();
    request.onProgress?.(index, layers.length);
    const mark = await store.layers.mark(id);
    if (mark === undefined) continue;
    const archive = join(inside, `${id}.tar`);
    const done = await request.packLayer(id, archive);
    if (!done.ok) return err({ kind: 'unreadable', detail: `layer ${id}: ${done.error}` });
    await rename(archive, join(staging, 'layers', `${id}.tar`));
    digests[id] = mark.digest;
  }
  return ok(digests);
}

async function writeArchive(staging: string, request: ExportRequest): Promise<Result<number, TransferFault>> {
  const { file, runner, env, signal } = request;
  const staged = stagedBeside(file);
  try {
    await sweepBeside(file);
    const members = [MANIFEST, 'blobs', 'layers', 'actions'];
    const tar = [
      'tar',
      '--create',
      '--format=posix',
      '--use-compress-program=zstd -q -T0 -3',
      '--owner=0',
      '--group=0',
    ] as const;
    const argv = [...tar, '--sort=name', `--file=${staged}`, `--directory=${staging}`, ...members] as const;
    const ended = await runner.run({ argv: [...argv], env, signal });
    if (ended.kind !== 'exited' || ended.status !== 0) {
      const said = ended.kind === 'not-found' ? 'there is no tar' : ended.stderr.toString().trim();
      return err({ kind: 'unwritable', detail: said });
    }
    const handle = await open(staged, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(staged, file);
    return ok((await stat(file)).size);
  } catch (thrown) {
    signal.throwIfAborted();
    return err({ kind: 'unwritable', detail: messageOf(thrown) });
  } finally {
    await rm(staged, { force: true }).catch(() => undefined);
  }
}
