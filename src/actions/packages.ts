import { join } from 'node:path';

import { type CanonicalValue, digestOf, ok, type Result } from '../base/index.js';
import type { PackagesStep } from '../graph/index.js';
import { INSTALL_SCRIPT } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import { type RootfsState, rootfsState, stateOutputs } from '../rootfs/index.js';
import { supplyDebs } from './deb-supply.js';
import { insideEnvironment } from './environment.js';
import type { RunCommandArgument } from './inside/run-command.js';
import { type ActionKind, authored, EPOCH, left } from './kind.js';
import { describeResolved, nameInStore, resolvedOf } from './outputs.js';
import { hasRootfs } from './rootfs-usable.js';

/** The template's packages as a layer on the base, installed by the apt inside it without a network. */
export const packages: ActionKind<PackagesStep> = {
  describe: (_step, inputs) => ({
    kind: 'packages',
    version: 1,
    inputs: {
      tree: rootfsState(inputs['base']).tree,
      packages: describeResolved(resolvedOf(inputs['resolved'])),
      requested: resolvedOf(inputs['resolved']).requested as CanonicalValue,
      script: digestOf(INSTALL_SCRIPT),
      sourceDateEpoch: rootfsState(inputs['base']).sourceDateEpoch,
    },
  }),

  inputNames: () => ({
    tree: left('the base'),
    packages: left('packages'),
    requested: left('package list'),
    script: authored("mkve's own script"),
    sourceDateEpoch: left(EPOCH),
  }),

  isUsable: (_step, outputs, deps) => hasRootfs(outputs, deps),

  async run(step, context, deps) {
    const { store, workers, writer } = deps;
    const from = rootfsState(context.inputs['base']);
    const resolved = resolvedOf(context.inputs['resolved']);
    const staging = await store.staging.create('packages');
    const apt = await store.staging.create('apt');
    try {
      const directory = join(staging, 'debs');
      const supplied = await supplyDebs(
        resolved.packages,
        { source: step.source, directory, apt, context },
        deps,
      );
      if (!supplied.ok) return supplied;
      const argument: RunCommandArgument = {
        state: from,
        workspace: nameInStore(store, await store.staging.createInside(staging, writer)),
        what: 'installing the packages',
        argv: ['/bin/sh', '-c', INSTALL_SCRIPT, 'mkve', ...resolved.requested],
        env: insideEnvironment(from.sourceDateEpoch),
        network: 'none',
        files: [],
        ...(resolved.packages.length > 0 ? { debs: nameInStore(store, directory) } : {}),
      };
      const ran = (await workers.call('run-command', argument, context)) as Result<RootfsState, Failure>;
      return ran.ok ? ok(stateOutputs(ran.value)) : ran;
    } finally {
      await store.staging.remove(apt);
      await store.staging.remove(staging);
    }
  },
};
