import type { Result } from '../base/index.js';
import type { AnyStep } from '../graph/index.js';
import type { Failure, Progress } from '../report/index.js';
import type { Outputs } from '../store/index.js';
import type { Action } from './action.js';

export interface RunContext {
  /** Results of the step's inputs, by the purpose they serve. */
  readonly inputs: Readonly<Record<string, Outputs>>;
  /** Takes whatever the step's programs write, for the log and the reporters. */
  readonly output: (chunk: Uint8Array) => void;
  /** Says something that does not fail the step. */
  readonly warn: (message: string) => void;
  /** Says how far the step is, where it knows. */
  readonly progress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/** What a person calls an input of an action, and whose result it is. */
export interface InputName {
  /** `package list`, `file hooks/01-root: content` */
  readonly words: string;
  /** `step`: it comes from the result of another step, so a change of it is a cascade. */
  readonly from: 'author' | 'step';
}

/** Port: knows what the kinds of steps mean. It sees one step at a time and never the graph. */
export interface Executor<S extends AnyStep> {
  /** How the step is keyed. Pure: the same step and inputs give the same action on every machine. */
  describe(step: S, inputs: Readonly<Record<string, Outputs>>): Action;
  /** Names a part of the step's action document: `env.MKVE_VERSION`, as `explainDifference` says it. */
  inputName(step: S, path: string): InputName;
  /** The result where the step itself says it: it is neither looked up nor run. */
  given(step: S, inputs: Readonly<Record<string, Outputs>>): Outputs | undefined;
  /** Whether everything that cached outputs refer to is still there. */
  isUsable(step: S, outputs: Outputs): Promise<boolean>;
  /** Does the work. Whatever it leaves when it fails must not be mistaken for a result. */
  run(step: S, context: RunContext): Promise<Result<Outputs, Failure>>;
}
