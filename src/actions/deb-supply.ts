import { createHash } from 'node:crypto';
import { link, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { digestFromHex, err, ok, type Result, withoutCredentials } from '../base/index.js';
import type { RunContext } from '../engine/index.js';
import type { PackageSource } from '../graph/index.js';
import { AptBox, authorizedUri, type ResolvedPackage } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import type { ActionDeps } from './kind.js';

/** What packages are brought for. */
export interface SupplyRequest {
  readonly source: PackageSource;
  /** Gets the packages; made. */
  readonly directory: string;
  /** A private directory on the store's file system. */
  readonly apt: string;
  readonly context: Pick<RunContext, 'output' | 'signal' | 'progress'>;
}

/**
 * Brings the exact packages into a directory: from the store, and from where they were seen what the store lacks. A
 * package with another digest than the resolved one is never let through. No list is needed for that.
 */
export async function supplyDebs(
  packages: readonly ResolvedPackage[],
  request: SupplyRequest,
  deps: ActionDeps,
): Promise<Result<void, Failure>> {
  const { directory } = request;
  await mkdir(directory, { recursive: true });
  const missing: ResolvedPackage[] = [];
  for (const found of packages) {
    if (!(await linkFromStore(found, directory, deps))) missing.push(found);
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
  await link(store.blobs.pathOf(digest), join(directory, found.file));
  return true;
}

/** What came whole is kept also where something else did not, so that the next attempt goes on from there. */
async function download(
  missing: readonly ResolvedPackage[],
  { source, apt, context }: SupplyRequest,
  deps: ActionDeps,
): Promise<Result<void, Failure>> {
  const runner = await deps.runner();
  const paths = { directory: apt, environment: deps.environment };
  const box = await AptBox.create({ paths, runner, source, ...context });
  const wanted = missing.map((found) => ({
    uri: authorizedUri(found.uri, source),
    path: join(box.archives, found.file),
    sha256: found.sha256,
  }));
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  const fetched = await box.fetch(wanted, (percent) =>
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
