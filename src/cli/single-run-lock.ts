import { err, ok, type Result } from '../base/index.js';
import type { Graph, Step, StepId } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import type { Compiled } from '../template/index.js';
import { LockFile, lockInStore } from './lock-file.js';
import { offlineLacks } from './offline-lacks.js';
import type { Session } from './session.js';
import type { SingleRunLocking } from './single-run-locking.js';

/** What a run is given to build with the packages it is to have. */
export interface LockedRun {
  readonly graph: Graph<Step>;
  /** Absent where it must not change. */
  readonly lock?: LockFile;
  readonly forced: ReadonlySet<StepId>;
}

/**
 * Locks what is built without an mkvefile: its lock is in the store.
 * @param at.scope what tells it from other things that are built
 */
export async function lockSingleRun(
  { graph, targets }: Compiled,
  { packages, network }: SingleRunLocking,
  at: { readonly session: Session; readonly scope: string },
): Promise<Result<LockedRun, Failure>> {
  const { store } = at.session;
  const opened = await LockFile.open(lockInStore(store, at.scope), graph);
  if (!opened.ok) return opened;
  const lock = opened.value;
  const wanted = targets.map(({ step }) => step);
  if (packages === 'update') {
    const snapshots = [...graph.steps.values()].filter(({ kind }) => kind === 'snapshot');
    return ok({ graph, lock, forced: new Set(snapshots.map(({ id }) => id)) });
  }
  const outdated = packages === 'require' ? lock.outdated(wanted) : undefined;
  if (outdated !== undefined) return err(outdated);
  const graphToBuild = await lock.graphFor(wanted, store.blobs, packages);
  const run = { graph: graphToBuild, forced: new Set<StepId>() };
  const lacks = network === 'offline' ? await offlineLacks({ ...run, wanted }, at.session) : undefined;
  if (lacks !== undefined) return err(lacks);
  return ok(packages === 'require' ? run : { ...run, lock });
}
