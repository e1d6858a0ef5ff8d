import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { ok, type Result } from '../../base/index.js';
import { stepsInOrder } from '../../graph/index.js';
import type { LoadedConfig } from '../../mkvefile/index.js';
import { rootfsState } from '../../rootfs/index.js';
import { LastRuns, openStore, type Store } from '../../store/index.js';
import { byteString, resolvePath, TreeObjects } from '../../tree/index.js';
import { type Host, storeRoot } from '../host.js';
import type { Project } from '../project.js';
import type { LintSubject } from './finding.js';

/** A root file system of the last build. */
interface KnownRootfs {
  readonly objects: TreeObjects;
  readonly tree: Parameters<typeof resolvePath>[1];
}

/** Answers from what the store knows of the last build; no store is made and nothing is built for it. */
export async function programsOf(
  mkvefile: string,
  at: { readonly config: LoadedConfig; readonly project: Project; readonly host: Host },
): Promise<LintSubject['hasProgram']> {
  const root = storeRoot(at.host, at.config.cache.directory);
  if (!existsSync(join(root, 'version'))) return () => Promise.resolve(undefined);
  const store = await openStore(root);
  if (!store.ok) return () => Promise.resolve(undefined);
  const last = LastRuns.onDisk(store.value.lastDirectory, mkvefile);
  const known = new Map<string, Promise<KnownRootfs | undefined>>();
  return async (target, path) => {
    const rootfs = known.get(target) ?? load(target, { ...at, last, store: store.value });
    known.set(target, rootfs);
    const found = await rootfs;
    if (found === undefined) return undefined;
    const resolved = pathIn(found, path);
    return resolved.ok && resolved.value.node !== undefined;
  };
}

async function load(
  target: string,
  at: { readonly project: Project; readonly last: LastRuns; readonly store: Store },
): Promise<KnownRootfs | undefined> {
  const wanted = at.project.targets.find(({ name }) => name === target);
  if (wanted === undefined) return undefined;
  const steps = stepsInOrder(at.project.graph, [wanted.step]);
  const from = steps.findLast(({ kind }) => kind === 'packages' || kind === 'base');
  const run = from === undefined ? undefined : await at.last.get(from.id);
  const result = run?.outcome === 'done' ? await at.store.actions.read(run.key) : undefined;
  if (result === undefined) return undefined;
  const { tree, packs } = rootfsState(result.outputs);
  const objects = new TreeObjects();
  for (const pack of packs) {
    const bytes = await at.store.blobs.get(pack);
    if (bytes === undefined) return undefined;
    objects.addPack(bytes.toString('utf8'));
  }
  return { objects, tree };
}

function pathIn({ objects, tree }: KnownRootfs, path: string): Result<{ readonly node?: unknown }, string> {
  const resolved = resolvePath(objects, tree, byteString(path.replace(/^\/+/, '')));
  return resolved.ok ? ok(resolved.value) : resolved;
}
