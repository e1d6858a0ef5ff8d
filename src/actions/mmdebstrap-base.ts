import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { digestOf, ok, type Result } from '../base/index.js';
import type { MmdebstrapSource } from '../graph/index.js';
import {
  BASE_SCRIPTS,
  oneLineSources,
  type ResolvedPackage,
  suppliedFields,
  suppliedRelease,
} from '../packages/index.js';
import type { Failure } from '../report/index.js';
import { stateOutputs } from '../rootfs/index.js';
import type { MakeBaseAnswer, MakeBaseArgument } from './inside/make-base.js';
import { type ActionKind, authored, type BaseOf, EPOCH, left, TOOLS } from './kind.js';
import { describeRepository, describeResolved, nameInStore, resolvedOf, snapshotOf } from './outputs.js';
import { supplyPackages } from './package-supply.js';
import { hasBase } from './rootfs-usable.js';
import { describeTools } from './tool-versions.js';

/** The base system of a Debian suite: shared by every target, and by clean and incremental builds alike. */
export const mmdebstrapBase: ActionKind<BaseOf<MmdebstrapSource>> = {
  describe: ({ source, sourceDateEpoch }, inputs, { tools }) => ({
    kind: 'base',
    version: 2,
    inputs: {
      repository: describeRepository(source),
      variant: source.variant,
      packages: describeResolved(resolvedOf(inputs['resolved'])),
      sources: digestOf(oneLineSources(source, 'for-rootfs')),
      script: digestOf(BASE_SCRIPTS),
      // It unpacks the first packages by the host's programs, and the apt of the host chooses which these are.
      tools: describeTools(tools, ['mmdebstrap', 'apt-get', 'dpkg-deb']),
      sourceDateEpoch: sourceDateEpoch ?? snapshotOf(inputs['snapshot']).date,
    },
  }),

  inputNames: ({ sourceDateEpoch }) => ({
    repository: authored('package repositories'),
    sources: authored('sources.list of the root file system'),
    script: authored("mkve's own scripts"),
    tools: TOOLS,
    packages: left('packages of the base'),
    sourceDateEpoch: sourceDateEpoch === undefined ? left(EPOCH) : authored(EPOCH),
  }),

  isUsable: (_step, outputs, deps) => hasBase(outputs, deps),

  async run(step, context, deps) {
    const { store, workers, writer } = deps;
    const snapshot = snapshotOf(context.inputs['snapshot']);
    const resolved = resolvedOf(context.inputs['resolved']);
    const staging = await store.staging.create('base');
    const tool = await store.staging.create('apt');
    try {
      const directory = join(staging, 'debs');
      const supply = { source: { ...step.source, local: [] }, directory, tool, context };
      const supplied = await supplyPackages(resolved.packages, supply, deps);
      if (!supplied.ok) return supplied;
      await writeFields(step.source, resolved.packages, join(staging, 'fields'));
      const argument: MakeBaseArgument = {
        source: step.source,
        workspace: nameInStore(store, await store.staging.createInside(staging, writer)),
        supplies: nameInStore(store, staging),
        sourceDateEpoch: step.sourceDateEpoch ?? snapshot.date,
      };
      const made = (await workers.call('make-base', argument, context)) as Result<MakeBaseAnswer, Failure>;
      if (!made.ok) return made;
      return ok({ ...stateOutputs(made.value.state), status: made.value.status });
    } finally {
      await store.staging.remove(tool);
      await store.staging.remove(staging);
    }
  },
};

/** What the repository says of each package beside itself, under the name of its file. */
async function writeFields(
  source: MmdebstrapSource,
  packages: readonly ResolvedPackage[],
  directory: string,
): Promise<void> {
  await mkdir(directory);
  await writeFile(join(directory, 'Release'), suppliedRelease(source));
  for (const found of packages) await writeFile(join(directory, found.file), suppliedFields(found));
}
