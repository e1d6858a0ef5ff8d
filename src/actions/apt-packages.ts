import { join } from 'node:path';

import { type CanonicalValue, digestOf } from '../base/index.js';
import type { PackagesStep } from '../graph/index.js';
import { INSTALL_SCRIPT } from '../packages/index.js';
import { rootfsState } from '../rootfs/index.js';
import { insideEnvironment } from './environment.js';
import type { RunCommandArgument } from './inside/run-command.js';
import { type ActionKind, authored, EPOCH, left } from './kind.js';
import { describeResolved, nameInStore, resolvedOf } from './outputs.js';
import { supplyPackages } from './package-supply.js';
import { hasRootfs } from './rootfs-usable.js';
import { runInWorker } from './run-inside.js';

/** The template's packages as a layer on the base, installed by the apt inside it without a network. */
export const aptPackages: ActionKind<PackagesStep> = {
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
    const { store, writer } = deps;
    const from = rootfsState(context.inputs['base']);
    const resolved = resolvedOf(context.inputs['resolved']);
    const staging = await store.staging.create('packages');
    const tool = await store.staging.create('apt');
    try {
      const directory = join(staging, 'debs');
      const base = context.inputs['base'];
      const supply = { source: step.source, base, directory, tool, context };
      const supplied = await supplyPackages(resolved.packages, supply, deps);
      if (!supplied.ok) return supplied;
      const argument: Omit<RunCommandArgument, 'limits'> = {
        state: from,
        workspace: nameInStore(store, await store.staging.createInside(staging, writer)),
        what: 'installing the packages',
        argv: ['/bin/sh', '-c', INSTALL_SCRIPT, 'mkve', ...resolved.requested],
        env: insideEnvironment(from.sourceDateEpoch),
        network: 'none',
        files: [],
        ...(resolved.packages.length > 0 ? { debs: nameInStore(store, directory) } : {}),
      };
      return await runInWorker(argument, { step: step.id, context }, deps);
    } finally {
      await store.staging.remove(tool);
      await store.staging.remove(staging);
    }
  },
};
