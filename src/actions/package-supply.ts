import { createHash } from 'node:crypto';
import { link, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { digestFromHex, err, ok, type Result } from '../base/index.js';
import type { RunContext } from '../engine/index.js';
import type { RepositorySource } from '../graph/index.js';
import { type PackageBox, type ResolvedPackage, repositoryBackendOf } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import type { Outputs, Store } from '../store/index.js';
import { givenApt } from './given-apt.js';
import type { ActionDeps } from './kind.js';
import type { Snapshot } from './outputs.js';

/** What a private root of a package tool is made of for one step. */
export interface BoxRequest {
  readonly source: RepositorySource;
  /** Absent for the step that fetches one. */
  readonly snapshot?: Snapshot;
  /** The package database of the system that packages go on top of; nothing for a new system. */
  readonly status?: Buffer | undefined;
  /** What the base left; nothing for a new system. */
  readonly base?: Outputs | undefined;
  /** A private directory on the store's file system. */
  readonly directory: string;
  readonly context: Pick<RunContext, 'output' | 'signal'>;
}

/** A box whose lists are those of the snapshot: no network is asked for them. */
export async function openBox(request: BoxRequest, deps: ActionDeps): Promise<Result<PackageBox, Failure>> {
  const { source, snapshot, status, base, directory, context } = request;
  const given =
    source.backend === 'rootfs' && base !== undefined
      ? await givenApt(base, { source, directory }, deps)
      : ok(undefined);
  if (!given.ok) return given;
  const box = await repositoryBackendOf(source).openBox(source, {
    paths: { directory, environment: deps.environment },
    runner: await deps.runner(),
    ...(status === undefined ? {} : { status }),
    ...(given.value === undefined ? {} : { given: given.value }),
    ...context,
  });
  if (!box.ok || snapshot === undefined) return box;
  const linked = await linkLists(snapshot, box.value.lists, deps.store);
  return linked.ok ? box : linked;
}

/** The lists as they were in the snapshot, as hard links to the blobs. */
export async function linkLists(
  snapshot: Snapshot,
  directory: string,
  { blobs }: Store,
): Promise<Result<void, Failure>> {
  await mkdir(directory, { recursive: true });
  for (const { name, blob } of snapshot.lists) {
    // Read, and so verified, since no tool will look at the digest of a list it believes to have fetched.
    if ((await blobs.get(blob)) === undefined)
      return err({ kind: 'store-damaged', detail: `the list ${name} is gone` });
    const place = join(directory, name);
    await mkdir(dirname(place), { recursive: true });
    await link(blobs.pathOf(blob), place);
  }
  return ok(undefined);
}

/**
 * Brings the exact packages into `directory`: from the store, and from the mirrors what the store lacks. A package
 * with another digest than the resolved one is never let through.
 */
export async function supplyPackages(
  packages: readonly ResolvedPackage[],
  supply: {
    readonly directory: string;
    readonly names: readonly string[];
    readonly box: () => Promise<Result<PackageBox, Failure>>;
    readonly progress: RunContext['progress'];
  },
  deps: ActionDeps,
): Promise<Result<void, Failure>> {
  await mkdir(supply.directory, { recursive: true });
  const missing: ResolvedPackage[] = [];
  for (const found of packages) {
    if (!(await linkFromStore(found, supply.directory, deps))) missing.push(found);
  }
  if (missing.length === 0) return ok(undefined);
  const opened = await supply.box();
  if (!opened.ok) return opened;
  const box = opened.value;
  for (const found of packages) if (!missing.includes(found)) await linkFromStore(found, box.archives, deps);
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  const downloaded = await box.download(supply.names, (percent) =>
    supply.progress({ done: Math.round((total * percent) / 100), total, unit: 'bytes' }),
  );
  if (!downloaded.ok) return downloaded;
  for (const found of missing) {
    const taken = await takeDownload(found, box, deps);
    if (!taken.ok) return taken;
    await linkFromStore(found, supply.directory, deps);
  }
  return ok(undefined);
}

async function linkFromStore(
  found: ResolvedPackage,
  directory: string,
  { store }: ActionDeps,
): Promise<boolean> {
  const digest = digestFromHex(found.sha256);
  if ((await store.blobs.size(digest)) !== found.size) return false;
  if ((await store.blobs.get(digest)) === undefined) return false;
  await link(store.blobs.pathOf(digest), join(directory, found.file));
  return true;
}

async function takeDownload(
  found: ResolvedPackage,
  box: PackageBox,
  { store }: ActionDeps,
): Promise<Result<void, Failure>> {
  const file = join(box.archives, found.file);
  const bytes = await readFile(file).catch(() => undefined);
  const sha256 = bytes === undefined ? 'nothing' : createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== found.sha256) {
    const detail = `expected sha256 ${found.sha256}, received ${sha256}`;
    return err({ kind: 'download-failed', urls: [found.uri], detail });
  }
  await store.blobs.adopt(file, digestFromHex(found.sha256));
  return ok(undefined);
}
