import { err, type Result } from '../base/index.js';
import type { Action, Executor, InputName, RunContext } from '../engine/index.js';
import type { Step, StepKind } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import type { Outputs } from '../store/index.js';
import { archive } from './archive.js';
import { bundle } from './bundle.js';
import { baseBy, packagesBy, snapshotBy } from './by-backend.js';
import { command } from './command.js';
import { conf } from './conf.js';
import { copy } from './copy.js';
import { hook } from './hook.js';
import { type ActionDeps, type ActionKind, authored, type Inputs } from './kind.js';
import { metainfo } from './metainfo.js';
import { pack } from './pack.js';
import { resolve } from './resolve.js';
import { sign } from './sign.js';
import { tarify } from './tarify.js';

type Kinds = { readonly [K in StepKind]: (step: Extract<Step, { kind: K }>) => unknown };

const KINDS: Kinds = {
  ...{ snapshot: snapshotBy, base: baseBy, packages: packagesBy },
  ...{ resolve: () => resolve, hook: () => hook, command: () => command, copy: () => copy },
  ...{ conf: () => conf, pack: () => pack, tarify: () => tarify, metainfo: () => metainfo },
  ...{ sign: () => sign, bundle: () => bundle, archive: () => archive },
};

/** The executor of real builds. */
export class ActionExecutor implements Executor<Step> {
  readonly #deps: ActionDeps;

  constructor(deps: ActionDeps) {
    this.#deps = deps;
  }

  describe(step: Step, inputs: Inputs): Action {
    return kindOf(step).describe(step, inputs, this.#deps);
  }

  inputName(step: Step, path: string): InputName {
    const names = new Map(Object.entries(kindOf(step).inputNames(step)));
    const [first = ''] = path.split('.');
    return names.get(path) ?? names.get(first) ?? authored(path.replace(/^env\./, 'environment '));
  }

  given(step: Step, inputs: Inputs): Outputs | undefined {
    return kindOf(step).given?.(step, inputs);
  }

  isUsable(step: Step, outputs: Outputs): Promise<boolean> {
    return kindOf(step).isUsable(step, outputs, this.#deps);
  }

  async run(step: Step, context: RunContext): Promise<Result<Outputs, Failure>> {
    const lacking = await this.#deps.preflight();
    if (lacking !== undefined) return err(lacking);
    return kindOf(step).run(step, context, this.#deps);
  }
}

// The table pairs each kind with its own step type, which TypeScript cannot follow through the lookup.
function kindOf(step: Step): ActionKind<Step> {
  return (KINDS[step.kind] as (step: Step) => unknown)(step) as ActionKind<Step>;
}
