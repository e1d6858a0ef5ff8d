import { readFiles } from '../../actions/index.js';
import { bug, err, ok, type Result } from '../../base/index.js';
import { rootfsOf } from '../../bundle/index.js';
import type { ConfStep, MetainfoStep, PackStep, Step, Target } from '../../graph/index.js';
import { stepsInOrder } from '../../graph/index.js';
import { addDevices } from '../../pack/index.js';
import { type DpkgPackage, readDpkgStatus } from '../../packages/index.js';
import type { Failure } from '../../report/index.js';
import type { RootfsState } from '../../rootfs/index.js';
import { byteString, findNode, nodeDifferences } from '../../tree/index.js';
import { toolEnvironment } from '../host.js';
import type { Command } from '../main.js';
import type { OpenProject } from '../open-project.js';
import { rootfsSteps } from '../rootfs-steps.js';
import { bundleTree } from './bundle-tree.js';
import { viewOf } from './compare-bundles.js';
import { type Comparison, confDifferences, fieldDifferences, packageDifferences } from './comparison.js';
import { type FileDifference, fileDifference } from './file-difference.js';
import { type LastBundle, lastBundle, type PackedInputs } from './last-bundle.js';
import { fieldsOf } from './metadata.js';
import { stateDifferencesWithTexts, treesOf } from './state-differences.js';

/** What a build would pack now, with the last bundle that was made. */
export interface TargetRequest {
  readonly command: Command;
  readonly project: OpenProject;
  readonly target: Target;
  /** Brings the last step before packing up to date; the number is an exit status. */
  readonly stateNow: () => Promise<Result<RootfsState, number>>;
}

export async function compareTarget(request: TargetRequest): Promise<Result<Comparison, Failure | number>> {
  const { project, target } = request;
  const steps = stepsOf(project, target);
  const last = await lastBundle(project.session, { ...steps, rootfs: rootfsSteps(project, target) });
  if (last === undefined) return err(neverBuilt(target));
  const state = await request.stateNow();
  if (!state.ok) return state;
  const sides = { last, state: state.value, steps };
  const contents = await (last.state === undefined
    ? compareWithFile(request, sides)
    : compareStates(request, { before: last.state, after: state.value }));
  if (!contents.ok) return contents;
  return ok({
    of: 'target',
    before: `${target.name} as it was last built`,
    after: `${target.name} as it would be built now`,
    metadata: metadataOf(request, sides),
    conf: confDifferences(last.conf, confNow(steps.conf)),
    ...contents.value,
  });
}

interface OwnSteps {
  readonly metainfo: MetainfoStep;
  readonly pack: PackStep;
  readonly conf: ConfStep;
}

interface Sides {
  readonly last: LastBundle;
  readonly state: RootfsState;
  readonly steps: OwnSteps;
}

function stepsOf({ graph }: OpenProject, target: Target): OwnSteps {
  const steps = stepsInOrder(graph, [target.step]);
  const one = <S extends Step>(kind: S['kind']): S =>
    (steps.find((step) => step.kind === kind) as S | undefined) ?? bug(`${target.name} has no ${kind}`);
  return {
    metainfo: one<MetainfoStep>('metainfo'),
    pack: one<PackStep>('pack'),
    conf: one<ConfStep>('conf'),
  };
}

function metadataOf({ project }: TargetRequest, { last, state, steps }: Sides): Comparison['metadata'] {
  const { described, mkve, sourceDateEpoch, packed } = last;
  const circumstances = (inputs: Pick<PackedInputs, 'format' | 'level' | 'devices'>) => ({
    packing: `${inputs.format}, level ${inputs.level}`,
    devices: inputs.devices,
  });
  return fieldDifferences(
    fieldsOf(described, { mkve, sourceDateEpoch, ...circumstances(packed) }),
    fieldsOf(steps.metainfo.describes, {
      mkve: project.session.actions.version,
      sourceDateEpoch: state.sourceDateEpoch,
      ...circumstances(steps.pack),
    }),
  );
}

function confNow({ files }: ConfStep) {
  return files.map(({ path, digest, mode }) => ({ path, digest, mode: String(mode) }));
}

type Contents = Pick<Comparison, 'packages' | 'files'>;

async function compareStates(
  { command, project }: TargetRequest,
  states: { readonly before: RootfsState; readonly after: RootfsState },
): Promise<Result<Contents, Failure>> {
  const { actions } = project.session;
  const within = { actions, signal: command.signal };
  const compared = await stateDifferencesWithTexts(states, within);
  if (!compared.ok) return compared;
  const files = compared.value.differences;
  if (!files.some(({ path }) => path === STATUS)) return ok({ packages: [], files });
  const before = await installedIn(states.before, within);
  if (!before.ok) return before;
  const after = await installedIn(states.after, within);
  if (!after.ok) return after;
  return ok({ packages: packageDifferences(before.value, after.value), files });
}

const STATUS = byteString('var/lib/dpkg/status');
/** Larger than any package database; a hook may have made it anything. */
const MOST_STATUS = 256 * 1024 * 1024;

async function installedIn(
  state: RootfsState,
  {
    actions,
    signal,
  }: { readonly actions: TargetRequest['project']['session']['actions']; readonly signal: AbortSignal },
): Promise<Result<readonly DpkgPackage[], Failure>> {
  const node = findNode(await treesOf(actions.store.blobs, [state]), state.tree, STATUS);
  if (node?.type !== 'file' || node.size > MOST_STATUS) return ok([]);
  const { size, digest } = node;
  const read = await readFiles({ state, files: [{ path: STATUS, size, digest }], signal }, actions);
  if (!read.ok) return read;
  return ok(readDpkgStatus(Buffer.from(read.value[0] ?? new Uint8Array()).toString('utf8')));
}

/** The store no longer has what was packed, so the bundle itself is read; without hunks of text. */
async function compareWithFile(
  { command, project, target }: TargetRequest,
  { state, steps }: Sides,
): Promise<Result<Contents, Failure>> {
  const file = target.output;
  const view = await viewOf(file);
  if (!view.ok) return view;
  const rootfs = rootfsOf(view.value.metainfo);
  if (rootfs === undefined) return err(neverBuilt(target));
  const { actions } = project.session;
  const objects = await treesOf(actions.store.blobs, [state]);
  const before = await bundleTree({ file, rootfs, objects, env: toolEnvironment(command.host) });
  if (!before.ok) return before;
  const { devices } = steps.pack;
  const after = addDevices(objects, state.tree, { devices, sourceDateEpoch: state.sourceDateEpoch });
  const files: readonly FileDifference[] = nodeDifferences(objects, before.value, after).map(fileDifference);
  const installed = await installedIn(state, { actions, signal: command.signal });
  if (!installed.ok) return installed;
  return ok({ packages: packageDifferences(view.value.packages, installed.value), files });
}

function neverBuilt({ name }: Target): Failure {
  return {
    kind: 'usage-wrong',
    message: `${name} was never built, as far as the store knows: there is nothing to compare with`,
    hint: `mkve build ${name}`,
  };
}

/** The state that a build would pack. */
export function packedStep(project: OpenProject, target: Target) {
  return rootfsSteps(project, target).at(-1) ?? bug(`${target.name} has no root file system`);
}
