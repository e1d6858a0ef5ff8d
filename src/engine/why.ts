import type { Digest } from '../base/index.js';
import type { AnyStep, StepId } from '../graph/index.js';
import type { NamedDifference, Why } from '../report/index.js';
import type { LastRun } from '../store/index.js';
import type { Executor } from './executor.js';
import { explainDifference } from './explain.js';

/** What is known of a step that has no usable result. */
interface DirtyStep<S extends AnyStep> {
  readonly step: S;
  readonly key: Digest;
  readonly document: string;
  /** How it, or the step whose place it took, last ran. */
  readonly last: Pick<LastRun, 'key' | 'action' | 'outcome'> | undefined;
  readonly isForced: boolean;
  /** Those of its inputs that ran in this build or would. */
  readonly ranInputs: readonly StepId[];
  readonly executor: Pick<Executor<S>, 'inputName'>;
}

/** Why a step runs or would run, from the very documents whose digests are the keys. */
export function whyDirty<S extends AnyStep>(dirty: DirtyStep<S>): Why {
  const { key, document, last, ranInputs } = dirty;
  if (dirty.isForced) return { kind: 'forced' };
  if (last === undefined) return { kind: 'first-build' };
  if (last.key === key) return { kind: last.outcome === 'failed' ? 'failed-before' : 'result-missing' };
  const differences = namedDifferences(dirty.step, dirty.executor, { before: last.action, after: document });
  const isCascade = differences.every(
    ({ path }) => dirty.executor.inputName(dirty.step, path).from === 'step',
  );
  return { kind: 'changed', differences, cascadeOf: isCascade ? ranInputs : [] };
}

/** In what two documents of a step differ, each difference with a person's word for it. */
export function namedDifferences<S extends AnyStep>(
  step: S,
  executor: Pick<Executor<S>, 'inputName'>,
  documents: { readonly before: string; readonly after: string },
): readonly NamedDifference[] {
  return explainDifference(documents.before, documents.after).map((difference) => ({
    ...difference,
    input: executor.inputName(step, difference.path).words,
  }));
}
