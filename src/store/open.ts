import { chown, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { err, hasErrorCode, messageOf, ok, type Result } from '../base/index.js';
import { DiskBlobStore } from './blob-store.js';
import { DiskActionCache } from './disk-action-cache.js';
import { LayerStore } from './layer-store.js';
import type { Clock } from './mark-use.js';
import { OutputRecords } from './output-records.js';
import { Pins } from './pins.js';
import { publishEntry } from './publish-entry.js';
import { readEntryText } from './read-entry.js';
import { Reproducibility } from './reproducibility.js';
import { RunningBuilds } from './running-builds.js';
import { SegmentIndex } from './segment-index.js';
import { Staging } from './staging.js';

/** The layout described in ARCHITECTURE.md. An older store is started afresh, a newer one refused. */
const LAYOUT_VERSION = 1;

export interface Store {
  readonly root: string;
  readonly blobs: DiskBlobStore;
  readonly actions: DiskActionCache;
  readonly segments: SegmentIndex;
  readonly layers: LayerStore;
  readonly outputs: OutputRecords;
  readonly reproducibility: Reproducibility;
  readonly staging: Staging;
  readonly running: RunningBuilds;
  readonly pins: Pins;
  readonly lastDirectory: string;
}

export interface StoreFault {
  readonly path: string;
  readonly detail: string;
  readonly hint?: string;
}

/**
 * A view of a store whose layout was already checked: for workers, which see it under another path.
 * @param options.clock without it nothing that is used is marked as used
 * @param options.segments where segments are found and put, relative to the root
 */
export function storeAt(
  root: string,
  {
    clock,
    segments = 'segments',
  }: { readonly clock?: Clock | undefined; readonly segments?: string | undefined } = {},
): Store {
  return {
    root,
    blobs: new DiskBlobStore(join(root, 'blobs'), clock),
    actions: new DiskActionCache({ actions: join(root, 'actions'), locks: join(root, 'locks') }, clock),
    segments: new SegmentIndex(join(root, segments), clock),
    layers: new LayerStore(join(root, 'layers')),
    outputs: new OutputRecords(join(root, 'last')),
    reproducibility: new Reproducibility(join(root, 'last')),
    staging: new Staging(join(root, 'tmp')),
    running: new RunningBuilds(join(root, 'locks')),
    pins: new Pins(join(root, 'last')),
    lastDirectory: join(root, 'last'),
  };
}

/** Who writes into the store from inside a user namespace, where that is another user than the caller. */
export interface StoreOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Opens the store in a directory of its own, made when missing. Only its owner may look inside: layers hold setuid
 * files.
 */
export async function openStore(
  root: string,
  { owner, clock }: { readonly owner?: StoreOwner | undefined; readonly clock?: Clock } = {},
): Promise<Result<Store, StoreFault>> {
  // apt's configuration has no way to write one.
  if (/[\n\r]/.test(root))
    return err({
      path: root,
      detail: 'its path has a line break',
      hint: 'name another place with MKVE_CACHE_DIR',
    });
  try {
    const version = await readVersion(root);
    if (version === LAYOUT_VERSION) return ok(storeAt(root, { clock }));
    if (version !== undefined && version > LAYOUT_VERSION) return err(tooNew(root, version));
    if (await hasForeignFiles(root)) return err(notAStore(root));
    if (version !== undefined) await disownResults(root);
    await layOut(root, owner);
    return ok(storeAt(root, { clock }));
  } catch (thrown) {
    return err({ path: root, detail: messageOf(thrown) });
  }
}

async function readVersion(root: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await readEntryText(join(root, 'version')), 10) || 0;
  } catch (thrown) {
    if (hasErrorCode(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

/** A directory with other people's files is not ours to fill, nor to empty, even if one of them is called version. */
async function hasForeignFiles(root: string): Promise<boolean> {
  const names = await readdir(root).catch(() => []);
  return names.some((name) => !OURS.has(name) && !name.endsWith('.tmp'));
}

const OURS = new Set([
  ...['version', 'CACHEDIR.TAG'],
  ...['blobs', 'actions', 'segments', 'layers', 'last', 'locks', 'tmp'],
]);

/** What an older mkve found out means nothing any more; blobs are what their names say in any version. */
async function disownResults(root: string): Promise<void> {
  for (const name of ['actions', 'segments', 'last', 'locks']) {
    await rm(join(root, name), { recursive: true, force: true });
  }
}

/** Deletes nothing: another process may be doing the same here, or be further already. */
async function layOut(root: string, owner: StoreOwner | undefined): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  for (const directory of DIRECTORIES) await makeDirectory(join(root, directory), owner);
  if (owner !== undefined) await chown(root, owner.uid, owner.gid);
  // By renaming: what stands there may be a link to somebody's file.
  await publishEntry(join(root, 'CACHEDIR.TAG'), CACHEDIR_TAG);
  await publishEntry(join(root, 'version'), `${LAYOUT_VERSION}\n`);
}

async function makeDirectory(path: string, owner: StoreOwner | undefined): Promise<void> {
  await mkdir(path, { recursive: true });
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

/** Fan-out directories are made at once, so that caller and worker may both write into any of them. */
const FAN_OUT = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const DIRECTORIES = [
  ...['blobs', 'blobs/sha256', 'actions', 'segments', 'layers', 'last', 'locks', 'tmp'],
  ...['blobs/sha256', 'segments', 'actions'].flatMap((top) => FAN_OUT.map((byte) => `${top}/${byte}`)),
];

/** The signature of the Cache Directory Tagging Specification: backup programs skip such directories. */
const CACHEDIR_TAG =
  'Signature: 8a477f597d28d172789f06886806bc55\n# The store of mkve. It may be deleted at any time.\n';

function tooNew(root: string, version: number): StoreFault {
  return {
    path: root,
    detail: `its layout has version ${version}, this mkve reads version ${LAYOUT_VERSION}`,
    hint: 'use the newer mkve, or another store with MKVE_CACHE_DIR',
  };
}

function notAStore(root: string): StoreFault {
  return {
    path: root,
    detail: 'the directory has files in it that are not mkve\u2019s',
    hint: 'name an empty or new directory',
  };
}
