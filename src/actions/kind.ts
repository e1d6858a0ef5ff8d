import type { CommandRunner, Result } from '../base/index.js';
import type { Action, InputName, RunContext } from '../engine/index.js';
import type { BaseStep, PackageSource, Step, StepId } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import type { Attachment, Ended, SandboxLimits } from '../rootfs/index.js';
import type { Outputs, Store } from '../store/index.js';
import type { Caller, WorkerIdentity, WorkerPool } from '../workers/index.js';
import type { Tools } from './tool-versions.js';

/** What actions have at hand. */
export interface ActionDeps {
  readonly caller: Caller;
  readonly store: Store;
  readonly workers: Pick<WorkerPool, 'call'>;
  /** Versions of the host's programs, for keys. */
  readonly tools: Tools;
  /** Loaded when first used: the library behind it takes longer to load than a build with nothing to do. */
  readonly runner: () => Promise<CommandRunner>;
  /** What the host lacks for any step to run; looked for once, before the first one. */
  readonly preflight: () => Promise<Failure | undefined>;
  /** What programs on the host get: PATH, HOME, gpg's and proxies' variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** What hooks, commands and the scripts of packages may take of the machine. */
  readonly limits: SandboxLimits;
  /** `offline`: whatever would ask the network fails and says what it lacks. */
  readonly network: 'allowed' | 'offline';
  /** Owner of what workers write, where that is not the caller. */
  readonly writer: WorkerIdentity | undefined;
  /** Lets a person look around where a command failed, before what it left is thrown away. Absent: nobody does. */
  readonly visitFailure?: (visit: FailedVisit) => Promise<void>;
  /** Version of mkve, for the metadata of bundles. */
  readonly version: string;
}

/** A command of a step failed, and the root file system is as it left it. */
export interface FailedVisit {
  readonly step: StepId;
  readonly failure: Failure;
  /** The command, as it can be run there again. */
  readonly argv: readonly string[];
  /** Opens a shell there; resolves when it has ended. */
  readonly open: (attachment: Attachment) => Promise<Ended>;
}

export type Inputs = Readonly<Record<string, Outputs>>;

/** One kind of step. */
export interface ActionKind<S extends Step> {
  describe(step: S, inputs: Inputs, deps: ActionDeps): Action;
  /** Names of the parts of its action document, by path or by the first word of the path. */
  inputNames(step: S): Readonly<Record<string, InputName>>;
  /** The result of a step that says it itself. */
  given?(step: S, inputs: Inputs): Outputs | undefined;
  isUsable(step: S, outputs: Outputs, deps: ActionDeps): Promise<boolean>;
  run(step: S, context: RunContext, deps: ActionDeps): Promise<Result<Outputs, Failure>>;
}

/** The step that makes a base with one backend. */
export type BaseOf<S extends PackageSource> = BaseStep & { readonly source: S };

/** An input that its author wrote. */
export function authored(words: string): InputName {
  return { words, from: 'author' };
}

/** An input that another step left. */
export function left(words: string): InputName {
  return { words, from: 'step' };
}

export const EPOCH = 'source date epoch';

/** Versions of the host's programs. */
export const TOOLS = authored('programs of this machine');
