import { digestFromHex } from '../base/index.js';
import { plan } from '../engine/index.js';
import type { ExactPackage, Graph, Step, StepId } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import type { BlobStore } from '../store/index.js';
import type { Session } from './session.js';

/**
 * For `--offline`: what a build would fail for, found before it begins, so that all of it is said at once. Steps that may
 * not have to run (their inputs may come out as before) add to the list and do not make one.
 */
export async function offlineLacks(
  {
    graph,
    wanted,
    forced,
  }: {
    readonly graph: Graph<Step>;
    readonly wanted: readonly StepId[];
    readonly forced: ReadonlySet<StepId>;
  },
  { executor, store }: Pick<Session, 'executor' | 'store'>,
): Promise<Failure | undefined> {
  const planned = await plan({ graph, wanted, executor, cache: store.actions, forced });
  const missing = new Set<string>();
  let isCertain = false;
  for (const { step, state } of planned) {
    if (state === 'up-to-date') continue;
    for (const found of lockedPackages(graph, step)) {
      if (await isThere(found, store.blobs)) continue;
      missing.add(`${found.name} ${found.version} ${found.arch}`);
      if (state === 'dirty') isCertain = true;
    }
  }
  return isCertain ? { kind: 'offline-lacks', missing: [...missing].sort() } : undefined;
}

/** What a step installs, where that is known before anything runs. */
function lockedPackages(graph: Graph<Step>, step: Step): readonly ExactPackage[] {
  if (step.kind !== 'base' && step.kind !== 'packages') return [];
  const resolved = step.resolved === undefined ? undefined : graph.steps.get(step.resolved);
  return resolved?.kind === 'resolve' ? (resolved.locked ?? []) : [];
}

async function isThere({ sha256, size }: ExactPackage, blobs: BlobStore): Promise<boolean> {
  return (await blobs.size(digestFromHex(sha256))) === size;
}
