import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { err, messageOf, ok, type Result } from '../../base/index.js';
import { excludeMatcher } from '../../pack/index.js';
import { count, type Failure } from '../../report/index.js';
import { scanTree } from '../../rootfs/index.js';
import { type Compiled, compileTarify } from '../../template/index.js';
import type { Caller } from '../../workers/index.js';
import type { CacheArguments } from '../cache-arguments.js';
import { DEFAULT_PATH } from '../host.js';
import type { Command } from '../main.js';
import { epochOf } from '../project.js';
import type { Session } from '../session.js';

type TarifyArguments = Extract<CacheArguments, { kind: 'tarify' }>;

/** What reading a directory takes of the host: no namespaces, so far less than building does. */
export function toolsForTarify({ uid }: Caller): readonly string[] {
  return uid === 0 ? ['tar', 'unshare', 'mount', 'sh'] : ['tar'];
}

/** Scans the directory, since its content is what the step is keyed by, and keeps its tree in the store. */
export async function compileDirectory(
  request: TarifyArguments,
  { host, streams, signal }: Command,
  { store, preflight }: Session,
): Promise<Result<Compiled, Failure>> {
  const { archive } = request;
  const lacking = await preflight();
  if (lacking !== undefined) return err(lacking);
  const place = rootfsAt(request.rootfs, { output: archive.output, store: store.root });
  if (!place.ok) return place;
  const directory = place.value;
  const epoch = epochOf({}, host);
  const scan = await scanTree({
    directory,
    caller: host.caller,
    path: host.env['PATH'] ?? DEFAULT_PATH,
    mounts: readFileSync('/proc/self/mountinfo', 'latin1'),
    isExcluded: excludeMatcher(archive.exclude),
    ...epoch,
    signal,
  });
  if (!scan.ok) return scan;
  const { tree, objects, sockets } = scan.value;
  const { uid, mtime } = objects.get(tree).meta;
  for (const line of remarks({ directory, uid, sockets })) streams.err(`warning: ${line}`);
  const pack = await store.blobs.put(objects.packSince(tree, undefined));
  const deviceTime = epoch.sourceDateEpoch ?? mtime;
  return ok(compileTarify({ ...archive, directory, tree, objects: pack, deviceTime }));
}

function remarks(found: {
  readonly directory: string;
  readonly uid: number;
  readonly sockets: readonly string[];
}): readonly string[] {
  const { directory, uid, sockets } = found;
  const owned =
    uid === 0
      ? []
      : [
          `${directory} belongs to user ${uid}; owners are packed as they are on disk, so it will be theirs too`,
        ];
  const left =
    sockets.length === 0
      ? []
      : [`${count(sockets.length, 'socket')} left out, no archive can hold one: ${sockets.join(', ')}`];
  return [...owned, ...left];
}

/** Where the directory really is; a failure when it is none, or when packing it would write into it. */
function rootfsAt(
  written: string,
  ours: { readonly output: string; readonly store: string },
): Result<string, Failure> {
  let directory: string;
  let stats: Stats;
  try {
    directory = realpathSync(written);
    stats = statSync(directory);
  } catch (thrown) {
    return wrong(`tarify-only: cannot look at ${written}: ${messageOf(thrown)}`);
  }
  if (!stats.isDirectory()) return wrong(`tarify-only: ${written} is not a directory`);
  if (liesIn(dirname(ours.output), { directory, dev: stats.dev }))
    return wrong(`the archive ${ours.output} would lie in ${directory}`, 'write it elsewhere with --output');
  if (liesIn(ours.store, { directory, dev: stats.dev }))
    return wrong(`the store ${ours.store} lies in ${directory}`, 'use another one with MKVE_CACHE_DIR');
  return ok(directory);
}

/** Whether a path that may not be there yet is in a directory, and not on something mounted below it. */
function liesIn(path: string, place: { readonly directory: string; readonly dev: number }): boolean {
  const nearest = nearestExisting(path);
  const top = place.directory === '/' ? '/' : `${place.directory}/`;
  return `${nearest}/`.startsWith(top) && statSync(nearest).dev === place.dev;
}

function nearestExisting(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return nearestExisting(dirname(path));
  }
}

function wrong(message: string, hint?: string): Result<never, Failure> {
  return err({ kind: 'usage-wrong', message, ...(hint === undefined ? {} : { hint }) });
}
