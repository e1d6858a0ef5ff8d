import { isDigest } from '../../base/index.js';
import type { PlannedStep } from '../../engine/index.js';
import type { Step, StepId } from '../../graph/index.js';
import { rootfsState, StoreDamage, TreeCache } from '../../rootfs/index.js';
import type { ActionResult, LastRun, Store } from '../../store/index.js';
import { type TreeChanges, treeChanges } from './changes.js';
import type { GatheredView } from './gather.js';
import { type LogTail, logTail } from './log-tail.js';

/** What a person may want to know of one step beyond the view. */
export interface StepDetails {
  readonly document?: {
    /** JSON, indented. */
    readonly text: string;
    /** Of what it says the inputs: of the result there is, of the run that is to come, or of the last run. */
    readonly of: 'result' | 'next run' | 'last run';
  };
  readonly log: { readonly kind: 'none' } | { readonly kind: 'lost' } | ({ readonly kind: 'kept' } & LogTail);
  /** Of steps that make a layer; absent where no result is known. */
  readonly changes?: { readonly kind: 'lost' } | ({ readonly kind: 'known' } & TreeChanges);
}

/** How many paths a page lists a step. */
const MOST_PATHS = 400;

/** Reads documents, logs and trees from the store; writes nothing. */
export async function gatherDetails(
  { planned, last }: GatheredView,
  store: Store,
): Promise<ReadonlyMap<StepId, StepDetails>> {
  const trees = new TreeCache(store.blobs);
  const details = new Map<StepId, StepDetails>();
  for (const one of planned) {
    const record = await recordOf(one, last.get(one.step.id), store);
    const changes = await changesOf(one.step, record.result, trees);
    details.set(one.step.id, {
      ...documentOf(one, record.document),
      log: await logOf(record, store),
      ...(changes === undefined ? {} : { changes }),
    });
  }
  return details;
}

/** What is on record of a step: the result that counts now, or else its last run. */
interface StepRecord {
  readonly document?: string;
  readonly log?: ActionResult['log'];
  readonly result?: ActionResult;
}

async function recordOf(
  planned: PlannedStep<Step>,
  last: LastRun | undefined,
  store: Store,
): Promise<StepRecord> {
  const key = planned.state === 'up-to-date' ? planned.key : last?.outcome === 'done' ? last.key : undefined;
  const result = key === undefined ? undefined : await store.actions.read(key);
  if (planned.state === 'up-to-date' && result !== undefined)
    return { document: result.action, log: result.log, result };
  if (last === undefined) return {};
  return { document: last.action, log: last.log, ...(result === undefined ? {} : { result }) };
}

function documentOf(planned: PlannedStep<Step>, recorded: string | undefined): Pick<StepDetails, 'document'> {
  if (planned.state === 'dirty') return { document: { text: indented(planned.document), of: 'next run' } };
  if (recorded === undefined) return {};
  const of = planned.state === 'up-to-date' ? 'result' : 'last run';
  return { document: { text: indented(recorded), of } };
}

function indented(document: string): string {
  return JSON.stringify(JSON.parse(document), null, 2);
}

async function logOf({ log }: StepRecord, store: Store): Promise<StepDetails['log']> {
  if (log === undefined) return { kind: 'none' };
  const bytes = await store.blobs.get(log);
  return bytes === undefined ? { kind: 'lost' } : { kind: 'kept', ...logTail(bytes) };
}

/**
 * The tree before is the one in the action document and the tree after the one in the outputs. The packs of the state
 * after hold both, since they begin with those of the state before; where a long chain of layers was copied into one
 * they begin anew, and the tree before was loaded with the step before.
 */
async function changesOf(
  step: Step,
  result: ActionResult | undefined,
  trees: TreeCache,
): Promise<StepDetails['changes']> {
  if ((step.kind !== 'hook' && step.kind !== 'packages') || result === undefined) return undefined;
  const { tree: before } = (JSON.parse(result.action) as { readonly inputs: { readonly tree?: unknown } })
    .inputs;
  const state = rootfsState(result.outputs);
  if (!isDigest(before)) return undefined;
  try {
    const objects = await trees.load(state);
    if (!objects.has(before) || !objects.has(state.tree)) return { kind: 'lost' };
    return { kind: 'known', ...treeChanges(objects, { before, after: state.tree }, MOST_PATHS) };
  } catch (thrown) {
    if (thrown instanceof StoreDamage) return { kind: 'lost' };
    throw thrown;
  }
}
