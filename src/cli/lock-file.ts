import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

import { snapshotLists } from '../actions/index.js';
import {
  digestOf,
  err,
  hasErrorCode,
  hexOf,
  isDigest,
  messageOf,
  ok,
  publishFile,
  type Result,
} from '../base/index.js';
import type { BuildOutcome } from '../engine/index.js';
import { foundationOf, type Graph, type Step, type StepId, stepsInOrder } from '../graph/index.js';
import {
  applyLock,
  changesBetween,
  EMPTY_LOCK,
  isExactlyLocked,
  type Lock,
  mergeLocks,
  nextLock,
  packagesOf,
  parseLock,
  pendingChanges,
  renderLock,
} from '../lock/index.js';
import type { Failure, Reporter } from '../report/index.js';
import { type BlobStore, lockName, type Store } from '../store/index.js';

/** Where a lock is. One in the store is nobody's to look at, so that it is written is not worth a line. */
export interface LockPlace {
  readonly file: string;
  readonly owner: 'project' | 'store';
  /** Whether all is known that it is for; otherwise nothing is dropped from it. */
  readonly isWhole: boolean;
}

/** `mkve.lock` beside `mkvefile.ts`; a mkvefile of another name, as `mkvefile.ci.ts`, has its own, `mkve.ci.lock`. */
export function lockBeside(mkvefile: string): LockPlace {
  const name = basename(mkvefile, extname(mkvefile)).replace(/^mkvefile/, 'mkve');
  return { file: join(dirname(mkvefile), `${name}.lock`), owner: 'project', isWhole: true };
}

/** For what is built without an mkvefile. @param scope what tells it from other things that are built */
export function lockInStore(store: Store, scope: string): LockPlace {
  const name = lockName(hexOf(digestOf(scope)).slice(0, 24));
  return { file: join(store.lastDirectory, name), owner: 'store', isWhole: true };
}

/** The lock of one project: read when the project is, written when something was resolved. */
export class LockFile {
  readonly file: string;
  /** What it holds, or an empty one. */
  readonly lock: Lock;
  /** The graph with what is locked put into its steps. */
  readonly graph: Graph<Step>;
  /** The graph without anything locked. */
  readonly free: Graph<Step>;
  /** As it was read; absent where there is no file. */
  readonly text: string | undefined;
  readonly #place: LockPlace;
  #written: string | undefined;

  private constructor(
    place: LockPlace,
    free: Graph<Step>,
    read: { readonly text?: string; readonly lock: Lock },
  ) {
    this.file = place.file;
    this.lock = read.lock;
    this.graph = applyLock(free, read.lock);
    this.free = free;
    this.text = read.text;
    this.#place = place;
  }

  /** The text that was written here; absent while nothing was. */
  get written(): string | undefined {
    return this.#written;
  }

  /** No file is an empty lock; one that cannot be read is a mistake. */
  static async open(place: LockPlace, graph: Graph<Step>): Promise<Result<LockFile, Failure>> {
    const { file } = place;
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (thrown) {
      if (hasErrorCode(thrown, 'ENOENT')) return ok(new LockFile(place, graph, { lock: EMPTY_LOCK }));
      return err({ kind: 'input-unreadable', file, detail: messageOf(thrown) });
    }
    const lock = parseLock(text, file);
    if (!lock.ok) return err({ kind: 'config-invalid', what: file, problems: [lock.error] });
    return ok(new LockFile(place, graph, { text, lock: lock.value }));
  }

  /** For `--locked`: the failure that a build of these steps is. */
  outdated(wanted: readonly StepId[]): Failure | undefined {
    if (isExactlyLocked(this.graph, this.lock)) return undefined;
    const steps = stepsInOrder(this.free, wanted);
    const changes = pendingChanges(this.free, steps, this.lock);
    if (changes.length === 0) return undefined;
    const isNew = this.text === undefined && steps.some((step) => step.kind === 'resolve');
    return { kind: 'lock-outdated', file: this.file, changes: isNew ? ['there is no lock yet'] : changes };
  }

  /**
   * The graph to build. A list that is not locked is resolved against the locked snapshot; where the store does not have that
   * one's lists (they are not in the lock, and repositories do not keep them), against what the repository has now.
   */
  async graphFor(
    wanted: readonly StepId[],
    blobs: BlobStore,
    packages: 'keep' | 'require',
  ): Promise<Graph<Step>> {
    if (packages === 'require') return requiring(this.graph, this.file);
    const steps = stepsInOrder(this.graph, wanted);
    if (!steps.some((step) => step.kind === 'resolve' && step.locked === undefined)) return this.graph;
    for (const step of steps) {
      if (step.kind !== 'snapshot' || step.locked === undefined) continue;
      if ((await snapshotLists(step.locked.snapshot, blobs)) === undefined)
        return applyLock(this.free, this.lock, { snapshots: 'free', lists: () => 'locked' });
    }
    return this.graph;
  }

  /** Writes what a build resolved, if anything, and says so. Nothing is asked of the disk where all was locked. */
  async record(
    outcome: BuildOutcome,
    reporter: Reporter,
    how: 'build' | 'update',
  ): Promise<Failure | undefined> {
    if (how === 'build' && isExactlyLocked(this.graph, this.lock) && !this.#hasOtherBase(outcome))
      return undefined;
    const own = nextLock(
      { graph: this.free, isWhole: this.#place.isWhole },
      (id) => resultOf(outcome, id),
      this.lock,
    );
    if (this.text === undefined && own.sources.length === 0) return undefined;
    const merged = await this.#withOthers(own, how);
    if (!merged.ok) return merged.error;
    const { next, text: onDisk } = merged.value;
    const text = renderLock(next);
    const isSame = text === onDisk;
    if (isSame && how === 'build') return undefined;
    const fault = isSame ? undefined : await this.#write(text);
    if (fault !== undefined) return fault;
    const changes = this.text === undefined ? [] : changesBetween(this.lock, next);
    if (this.#place.owner === 'store' && changes.length === 0) return undefined;
    reporter.report({
      type: 'lock',
      file: this.file,
      how: isSame ? 'unchanged' : 'written',
      packages: packagesOf(next).size,
      changes,
    });
    return undefined;
  }

  /** Whether a base that was given is another than the one that the lock is of. */
  #hasOtherBase(outcome: BuildOutcome): boolean {
    return [...this.graph.steps.values()].some((step) => {
      if (step.kind !== 'resolve' || step.lockedOnto === undefined || step.base === undefined) return false;
      const status = resultOf(outcome, step.base)?.['status'];
      return isDigest(status) && foundationOf(status, step.source) !== step.lockedOnto;
    });
  }

  /** Somebody may have written the lock since it was read: theirs stands, with what it lacks of ours. */
  async #withOthers(
    own: Lock,
    how: 'build' | 'update',
  ): Promise<Result<{ readonly next: Lock; readonly text: string | undefined }, Failure>> {
    const { file } = this;
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === this.text || text === undefined) return ok({ next: own, text });
    const theirs = parseLock(text, file);
    if (!theirs.ok || how === 'update') return err({ kind: 'input-changed', file });
    return ok({ next: mergeLocks(theirs.value, own), text });
  }

  async #write(text: string): Promise<Failure | undefined> {
    try {
      await publishFile(this.file, text, { durability: 'durable' });
    } catch (thrown) {
      return { kind: 'output-unwritable', path: this.file, detail: messageOf(thrown) };
    }
    this.#written = text;
    return undefined;
  }
}

/** What cannot be known before the build is looked at by the steps. */
function requiring(graph: Graph<Step>, file: string): Graph<Step> {
  const steps = [...graph.steps].map(([id, step]): [StepId, Step] => [
    id,
    step.kind === 'resolve' && step.lockedOnto !== undefined ? { ...step, lockedBy: file } : step,
  ]);
  return { steps: new Map(steps), inputs: graph.inputs };
}

function resultOf({ steps }: BuildOutcome, id: StepId) {
  const outcome = steps.get(id);
  return outcome?.state === 'done' ? outcome.outputs : undefined;
}
