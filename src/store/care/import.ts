import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import {
  type CommandRunner,
  type Digest,
  digestFromHex,
  digestOf,
  err,
  ok,
  type Result,
  unseal,
} from '../../base/index.js';
import type { ActionResult, Outputs } from '../action-cache.js';
import type { Store } from '../open.js';
import { EXPORT_FORMAT, type ExportManifest, MANIFEST, parseManifest } from './archive-layout.js';
import type { TransferFault } from './export.js';

export interface ImportRequest {
  /** Absolute path of a file that `exportResults` wrote. */
  readonly file: string;
  /**
   * Unpacks a layer, compares it with the digest of its changes, and puts it into the store.
   * @param archive relative to the store
   * @returns its id there; nothing when it is not what its digest says
   */
  readonly unpackLayer: (archive: string, changes: Digest) => Promise<Result<string | undefined, string>>;
  readonly runner: CommandRunner;
  readonly env: Readonly<Record<string, string>>;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

export interface Imported {
  readonly results: number;
  readonly layers: number;
  readonly blobs: number;
}

/**
 * Takes in what another store has exported. Every byte is compared with its digest; that a result is the one which its
 * action has, only the one who made the file can know. Results are put in last, so what is cut short is none.
 */
export async function importResults(
  store: Store,
  request: ImportRequest,
): Promise<Result<Imported, TransferFault>> {
  const staging = await store.staging.create('import');
  try {
    const unpacked = await unpack(staging, request);
    if (!unpacked.ok) return unpacked;
    const manifest = unpacked.value;
    const blobs = await takeBlobs(store, staging, request);
    if (!blobs.ok) return blobs;
    const layers = await takeLayers(store, { staging, manifest }, request);
    if (!layers.ok) return layers;
    const results = await takeResults(store, { staging, ids: layers.value }, request);
    if (!results.ok) return results;
    return ok({ results: results.value, layers: layers.value.size, blobs: blobs.value });
  } finally {
    await store.staging.remove(staging);
  }
}

/** The archive is nobody's whom we know: nothing of it is used but regular files with the names that belong there. */
async function unpack(
  staging: string,
  request: ImportRequest,
): Promise<Result<ExportManifest, TransferFault>> {
  const { file, runner, env, signal } = request;
  const foreign = (detail: string) => err({ kind: 'unreadable', detail } as const);
  const tar = [
    'tar',
    '--extract',
    '--use-compress-program=zstd -q',
    '--no-same-owner',
    '--no-same-permissions',
  ] as const;
  const argv = [...tar, '--keep-old-files', `--file=${file}`, `--directory=${staging}`] as const;
  const ended = await runner.run({ argv: [...argv], env, signal });
  signal.throwIfAborted();
  if (ended.kind === 'not-found') return foreign('there is no tar');
  if (ended.kind !== 'exited' || ended.status !== 0)
    return foreign(`it is no file that mkve cache export wrote (${lastLine(ended.stderr)})`);
  const text = await readFile(join(staging, MANIFEST), 'utf8').catch(() => '');
  const manifest = parseManifest(text);
  if (manifest === undefined) return foreign('it is no file that mkve cache export wrote');
  if (manifest.format !== EXPORT_FORMAT)
    return foreign(`its format is ${manifest.format}, this mkve reads format ${EXPORT_FORMAT}`);
  return ok({ format: EXPORT_FORMAT, layers: manifest.layers });
}

async function takeBlobs(
  store: Store,
  staging: string,
  request: ImportRequest,
): Promise<Result<number, TransferFault>> {
  const names = await filesIn(join(staging, 'blobs'), /^[0-9a-f]{64}$/);
  const damaged: string[] = [];
  for (const [index, name] of names.entries()) {
    request.signal.throwIfAborted();
    request.onProgress?.(index, names.length);
    const file = join(staging, 'blobs', name);
    const digest = digestFromHex(name);
    if ((await digestOfFile(file)) === name) await store.blobs.adopt(file, digest);
    else damaged.push(`blob ${name} is damaged`);
  }
  return damaged.length === 0 ? ok(names.length) : err({ kind: 'damaged', faults: damaged });
}

/** Ids over there to ids here: ids are of chance, and what has the same digest is there already. */
async function takeLayers(
  store: Store,
  { staging, manifest }: { readonly staging: string; readonly manifest: ExportManifest },
  request: ImportRequest,
): Promise<Result<ReadonlyMap<string, string>, TransferFault>> {
  const here = await layersByDigest(store);
  const ids = new Map<string, string>();
  await readableByWorkers(staging);
  for (const [id, changes] of Object.entries(manifest.layers)) {
    request.signal.throwIfAborted();
    const known = here.get(changes);
    if (known !== undefined) {
      ids.set(id, known);
      continue;
    }
    const archive = join(staging, 'layers', `${id}.tar`);
    if ((await lstat(archive).catch(() => undefined))?.isFile() !== true)
      return err({ kind: 'damaged', faults: [`layer ${id} is missing`] });
    await chmod(archive, 0o644);
    const taken = await request.unpackLayer(archive.slice(store.root.length + 1), changes);
    if (!taken.ok) return err({ kind: 'unreadable', detail: `layer ${id}: ${taken.error}` });
    if (taken.value === undefined) return err({ kind: 'damaged', faults: [`layer ${id} is damaged`] });
    ids.set(id, taken.value);
  }
  return ok(ids);
}

async function takeResults(
  store: Store,
  { staging, ids }: { readonly staging: string; readonly ids: ReadonlyMap<string, string> },
  request: ImportRequest,
): Promise<Result<number, TransferFault>> {
  const names = await filesIn(join(staging, 'actions'), /^[0-9a-f]{64}\.json$/);
  const results: { readonly key: Digest; readonly result: ActionResult }[] = [];
  const damaged: string[] = [];
  for (const name of names) {
    const body = unseal(await readFile(join(staging, 'actions', name), 'utf8'));
    const result = body === undefined ? undefined : (JSON.parse(body) as ActionResult);
    const key = digestFromHex(name.slice(0, 64));
    if (result === undefined || digestOf(result.action) !== key) damaged.push(`result ${name} is damaged`);
    else results.push({ key, result });
  }
  if (damaged.length > 0) return err({ kind: 'damaged', faults: damaged });
  for (const { key, result } of results) {
    const lookup = await store.actions.lookup(key, () => Promise.resolve(false), request);
    if (lookup.kind === 'miss')
      await lookup.claim.publish({ ...result, outputs: renamed(result.outputs, ids) as Outputs });
  }
  return ok(results.length);
}

/** Layers are named by the member `id` of an object; nothing else of outputs is looked at. */
function renamed(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, ids));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const id = name === 'id' && typeof member === 'string' ? ids.get(member) : undefined;
      return [name, id ?? renamed(member, ids)];
    }),
  );
}

async function layersByDigest(store: Store): Promise<ReadonlyMap<Digest, string>> {
  const found = new Map<Digest, string>();
  for (const name of await readdir(store.layers.directory)) {
    if (!name.endsWith('.ok')) continue;
    const id = name.slice(0, -'.ok'.length);
    const mark = await store.layers.mark(id);
    if (mark !== undefined && (await store.layers.state(id)) !== 'missing') found.set(mark.digest, id);
  }
  return found;
}

async function readableByWorkers(staging: string): Promise<void> {
  const directory = join(staging, 'layers');
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755);
}

async function filesIn(directory: string, names: RegExp): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && names.test(entry.name)).map(({ name }) => name);
}

async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

function lastLine(said: Buffer): string {
  return said.toString().trim().split('\n').at(-1) ?? '';
}
