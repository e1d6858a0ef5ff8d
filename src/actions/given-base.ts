import { digestOf, err, ok, type Result } from '../base/index.js';
import type { RunContext } from '../engine/index.js';
import type { RootfsSource, SnapshotStep } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import { stateOutputs } from '../rootfs/index.js';
import type { Outputs } from '../store/index.js';
import { identityOf, readGiven } from './given-rootfs.js';
import type { UnpackAnswer, UnpackArgument } from './inside/unpack-rootfs.js';
import { UNPACK_OPTIONS } from './inside/unpack-tar.js';
import { type ActionDeps, type ActionKind, authored, type BaseOf, EPOCH, left, TOOLS } from './kind.js';
import { nameInStore, snapshotOf } from './outputs.js';
import { hasBase } from './rootfs-usable.js';
import { describeTools } from './tool-versions.js';

/**
 * What a given base is, by its content. Looking at all of it takes time, so that is done when its names, sizes or times
 * have changed; where it is still the same, nothing after this runs.
 */
export const givenSnapshot: ActionKind<SnapshotStep & { readonly source: RootfsSource }> = {
  describe: ({ source: { from } }) => ({
    kind: 'snapshot',
    version: 1,
    inputs: { given: from.kind, fingerprint: from.fingerprint },
  }),

  inputNames: ({ source: { from } }) => ({ fingerprint: authored(from.path), given: authored(from.path) }),

  isUsable: () => Promise.resolve(true),

  async run({ source }, context, deps) {
    const staging = await deps.store.staging.create('given');
    try {
      const read = await readGiven(source, staging, { context, deps, want: 'digest' });
      if (!read.ok) return read;
      return ok({ snapshot: identityOf(source.from.kind, read.value.content), date: 0 });
    } finally {
      await deps.store.staging.remove(staging);
    }
  },
};

/** A given base in the store. */
export const givenBase: ActionKind<BaseOf<RootfsSource>> = {
  describe: ({ sourceDateEpoch }, inputs, { tools }) => ({
    kind: 'base',
    version: 2,
    inputs: {
      given: snapshotOf(inputs['snapshot']).snapshot,
      options: digestOf(UNPACK_OPTIONS.join(' ')),
      tools: describeTools(tools, ['tar']),
      sourceDateEpoch: sourceDateEpoch ?? 'the newest time in it',
    },
  }),

  inputNames: () => ({
    given: left('the given root file system'),
    options: authored("mkve's own options of tar"),
    tools: TOOLS,
    sourceDateEpoch: authored(EPOCH),
  }),

  isUsable: (_step, outputs, deps) => hasBase(outputs, deps),

  async run(step, context, deps) {
    const { store, writer } = deps;
    const staging = await store.staging.create('given');
    try {
      const read = await readGiven(step.source, staging, { context, deps, want: 'archives' });
      if (!read.ok) return read;
      const { path, kind } = step.source.from;
      if (identityOf(kind, read.value.content) !== snapshotOf(context.inputs['snapshot']).snapshot)
        return err({ kind: 'input-changed', file: path });
      const argument: UnpackArgument = {
        name: path,
        workspace: nameInStore(store, await store.staging.createInside(staging, writer)),
        archives: read.value.archives.map(({ file, compression }) => ({
          path: nameInStore(store, file),
          compression,
        })),
        ...(step.sourceDateEpoch === undefined ? {} : { sourceDateEpoch: step.sourceDateEpoch }),
      };
      return await unpackBase(argument, context, deps);
    } finally {
      await store.staging.remove(staging);
    }
  },
};

/** Makes the base of what lies in archives of the store. */
export async function unpackBase(
  argument: UnpackArgument,
  context: RunContext,
  { workers }: ActionDeps,
): Promise<Result<Outputs, Failure>> {
  const unpacked = (await workers.call('unpack-rootfs', argument, context)) as Result<UnpackAnswer, Failure>;
  if (!unpacked.ok) return unpacked;
  const { state, status, apt } = unpacked.value;
  return ok({ ...stateOutputs(state), status, ...(apt === undefined ? {} : { apt }) });
}
