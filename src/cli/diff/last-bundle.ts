import { hasRootfs } from '../../actions/index.js';
import { type Digest, isDigest } from '../../base/index.js';
import type { MetainfoStep, PackStep } from '../../graph/index.js';
import { type RootfsState, rootfsState } from '../../rootfs/index.js';
import type { LastRun } from '../../store/index.js';
import type { RootfsStep } from '../rootfs-steps.js';
import type { Session } from '../session.js';
import type { ConfFileView } from './comparison.js';
import type { Described } from './metadata.js';

/** What is on record of the bundle that was last made of a target. */
export interface LastBundle {
  readonly described: Described;
  readonly mkve: string;
  readonly sourceDateEpoch: number;
  readonly conf: readonly ConfFileView[];
  readonly packed: PackedInputs;
  /** Its root file system; absent where the store no longer has it. */
  readonly state?: RootfsState;
}

/** As in the action document of the pack step. */
export interface PackedInputs {
  readonly tree: Digest;
  readonly format: string;
  readonly level: number;
  readonly devices: readonly { readonly path: string }[];
}

/**
 * Looks it up. It must be asked before steps run again, since their records take the place of those of the last build.
 * @returns nothing when the target was never built, as far as the store knows
 */
export async function lastBundle(
  session: Session,
  steps: {
    readonly metainfo: MetainfoStep;
    readonly pack: PackStep;
    readonly rootfs: readonly RootfsStep[];
  },
): Promise<LastBundle | undefined> {
  const metainfo = await session.last.before(steps.metainfo.id);
  const pack = await session.last.before(steps.pack.id);
  if (metainfo?.outcome !== 'done' || pack?.outcome !== 'done') return undefined;
  const { describes, mkve, conf, sourceDateEpoch } = inputsOf<MetainfoInputs>(metainfo);
  const packed = inputsOf<PackedInputs>(pack);
  const state = await findState(session, packed.tree, steps.rootfs);
  return {
    described: describes,
    mkve,
    sourceDateEpoch,
    conf: conf.map(({ path, digest, mode }) => ({ path, digest, mode: String(mode) })),
    packed,
    ...(state === undefined ? {} : { state }),
  };
}

interface MetainfoInputs {
  readonly describes: Described;
  readonly mkve: string;
  readonly conf: readonly { readonly path: string; readonly digest: Digest; readonly mode: number }[];
  readonly sourceDateEpoch: number;
}

function inputsOf<Inputs>({ action }: LastRun): Inputs {
  return (JSON.parse(action) as { readonly inputs: Inputs }).inputs;
}

/** A key holds a tree and not how to have it again, so the step is looked for that left it. */
async function findState(
  session: Session,
  tree: Digest,
  steps: readonly RootfsStep[],
): Promise<RootfsState | undefined> {
  const own = steps.toReversed().map(({ id }) => id as string);
  for (const id of new Set([...own, ...(await session.last.steps())])) {
    for (const key of keysOf(await session.last.before(id))) {
      const result = await session.store.actions.read(key);
      if (result === undefined || !('rootfs' in result.outputs)) continue;
      const state = rootfsState(result.outputs);
      if (state.tree === tree && (await hasRootfs(result.outputs, session.actions))) return state;
    }
  }
  return undefined;
}

function keysOf(run: LastRun | undefined): readonly Digest[] {
  return [run?.key, run?.previous?.key].filter(isDigest);
}
