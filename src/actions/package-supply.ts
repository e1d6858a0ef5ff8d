import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { digestFromHex, err, linkOrCopy, ok, type Result, withoutCredentials } from '../base/index.js';
import type { RunContext } from '../engine/index.js';
import type { RepositorySource } from '../graph/index.js';
import { type PackageBox, type ResolvedPackage, repositoryBackendOf } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import type { Outputs } from '../store/index.js';
import { givenApt } from './given-apt.js';
import type { ActionDeps } from './kind.js';
import { linkLists, type SnapshotList } from './snapshot-lists.js';

/** What a private root of a package tool is made of for one step. */
export interface BoxRequest {
  readonly source: RepositorySource;
  /** Absent for a step that fetches them or takes none. */
  readonly lists?: readonly SnapshotList[] | undefined;
  /** The package database of the system that packages go on top of; nothing for a new system. */
  readonly status?: Buffer | undefined;
  /** What the base left; nothing for a new system. */
  readonly base?: Outputs | undefined;
  /** A private directory on the store's file system. */
  readonly directory: string;
  readonly context: Pick<RunContext, 'output' | 'signal'>;
}

/** A box whose lists are those of a snapshot: no network is asked for them. */
export async function openBox(request: BoxRequest, deps: ActionDeps): Promise<Result<PackageBox, Failure>> {
  const { source, lists, status, base, directory, context } = request;
  const given =
    source.backend === 'rootfs' && base !== undefined
      ? await givenApt(base, { source, directory }, deps)
      : ok(undefined);
  if (!given.ok) return given;
  const { output, signal } = context;
  const box = await repositoryBackendOf(source).openBox(source, {
    paths: { directory, environment: deps.environment },
    runner: await deps.runner(),
    ...(status === undefined ? {} : { status }),
    ...(given.value === undefined ? {} : { given: given.value }),
    ...{ output, signal },
  });
  if (!box.ok || lists === undefined) return box;
  const linked = await linkLists(lists, box.value.lists, deps.store);
  return linked.ok ? box : linked;
}

/** What packages are brought for. */
export interface SupplyRequest extends Pick<BoxRequest, 'source' | 'lists' | 'base'> {
  /** Gets the packages; made. */
  readonly directory: string;
  /** For the package tool: a private directory on the store's file system. */
  readonly tool: string;
  readonly context: Pick<RunContext, 'output' | 'signal' | 'progress'>;
}

/**
 * Brings the exact packages into a directory: from the store, the author's own from where they lie, and from where they
 * were seen what the store lacks. A package with another digest than the resolved one is never let through.
 */
export async function supplyPackages(
  packages: readonly ResolvedPackage[],
  request: SupplyRequest,
  deps: ActionDeps,
): Promise<Result<void, Failure>> {
  const { directory, source } = request;
  await mkdir(directory, { recursive: true });
  const missing: ResolvedPackage[] = [];
  for (const found of packages) {
    if (await linkFromStore(found, directory, deps)) continue;
    const taken = await takeOwn(found, source, deps);
    if (!taken.ok) return taken;
    if (!taken.value || !(await linkFromStore(found, directory, deps))) missing.push(found);
  }
  if (missing.length === 0) return ok(undefined);
  if (deps.network === 'offline') return err({ kind: 'offline-lacks', missing: missing.map(packageName) });
  const downloaded = await download(missing, request, deps);
  if (!downloaded.ok) return downloaded;
  for (const found of missing) await linkFromStore(found, directory, deps);
  return ok(undefined);
}

/** `openssl 3.0.17-1 amd64` */
export function packageName({ name, version, arch }: ResolvedPackage): string {
  return `${name} ${version} ${arch}`;
}

async function linkFromStore(
  found: ResolvedPackage,
  directory: string,
  { store }: ActionDeps,
): Promise<boolean> {
  const digest = digestFromHex(found.sha256);
  if ((await store.blobs.size(digest)) !== found.size) return false;
  if ((await store.blobs.get(digest)) === undefined) return false;
  await linkOrCopy(store.blobs.pathOf(digest), join(directory, found.file));
  return true;
}

/** Keeps a package of the author's own in the store; whether it is one. */
async function takeOwn(
  found: ResolvedPackage,
  { local = [] }: RepositorySource,
  { store }: ActionDeps,
): Promise<Result<boolean, Failure>> {
  if (!found.uri.startsWith('local:')) return ok(false);
  const digest = digestFromHex(found.sha256);
  const own = local.find((one) => one.digest === digest);
  if (own === undefined) return err({ kind: 'input-changed', file: found.uri.slice('local:'.length) });
  const bytes = await readFile(own.file).catch(() => undefined);
  if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== found.sha256)
    return err({ kind: 'input-changed', file: own.file });
  await store.blobs.put(bytes);
  return ok(true);
}

/** What came whole is kept also where something else did not, so that the next attempt goes on from there. */
async function download(
  missing: readonly ResolvedPackage[],
  { source, lists, base, tool, context }: SupplyRequest,
  deps: ActionDeps,
): Promise<Result<void, Failure>> {
  const opened = await openBox(
    { source: { ...source, local: [] }, lists, base, directory: tool, context },
    deps,
  );
  if (!opened.ok) return opened;
  const box = opened.value;
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  const fetched = await box.download(missing, (percent) =>
    context.progress({ done: Math.round((total * percent) / 100), total, unit: 'bytes' }),
  );
  if (context.signal.aborted) return err({ kind: 'cancelled' });
  const faults: Failure[] = [];
  for (const found of missing) {
    const taken = await takeDownload(found, join(box.archives, found.file), deps);
    if (!taken.ok) faults.push(taken.error);
  }
  if (!fetched.ok) return err(nameGone(fetched.error, missing));
  const [fault] = faults;
  return fault === undefined ? ok(undefined) : err(fault);
}

async function takeDownload(
  found: ResolvedPackage,
  file: string,
  { store }: ActionDeps,
): Promise<Result<void, Failure>> {
  const bytes = await readFile(file).catch(() => undefined);
  const sha256 = bytes === undefined ? 'nothing' : createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== found.sha256) {
    const detail = `expected sha256 ${found.sha256}, received ${sha256}`;
    return err({ kind: 'download-failed', urls: [found.uri], detail });
  }
  await store.blobs.adopt(file, digestFromHex(found.sha256));
  return ok(undefined);
}

/** Puts the names of the packages to the places where nothing is any more. */
function nameGone(failure: Failure, packages: readonly ResolvedPackage[]): Failure {
  if (failure.kind !== 'packages-gone') return failure;
  const names = new Map(packages.map((found) => [withoutCredentials(found.uri), packageName(found)]));
  return { ...failure, packages: failure.packages.map((url) => names.get(withoutCredentials(url)) ?? url) };
}
