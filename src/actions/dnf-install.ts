import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type CanonicalValue, digestFromHex, digestOf, ok, type Result } from '../base/index.js';
import type { RunContext } from '../engine/index.js';
import type { DnfSource, PackagesStep } from '../graph/index.js';
import { checkRpmSignatures, RPM_TIDY, rpmCommand } from '../packages/index.js';
import type { Failure } from '../report/index.js';
import { type RootfsState, rootfsState, stateOutputs } from '../rootfs/index.js';
import type { Outputs } from '../store/index.js';
import type { InstallRpmsAnswer, InstallRpmsArgument } from './inside/install-rpms.js';
import { type ActionDeps, type ActionKind, authored, type BaseOf, EPOCH, left, TOOLS } from './kind.js';
import { describeRepository, describeResolved, nameInStore, resolvedOf, snapshotOf } from './outputs.js';
import { supplyPackages } from './package-supply.js';
import { hasBase, hasRootfs } from './rootfs-usable.js';
import { snapshotLists } from './snapshot-lists.js';
import { describeTools } from './tool-versions.js';

/** The way in which rpm is called: another one may install the same packages differently. */
const SCRIPT = digestOf(
  [...rpmCommand({ database: '/d', architecture: 'a' }, { target: '/t', files: [] }), RPM_TIDY].join('\0'),
);

/** The base system of a release: its packages in a new root file system. */
export const dnfBase: ActionKind<BaseOf<DnfSource>> = {
  describe: ({ source, sourceDateEpoch }, inputs, { tools }) => ({
    kind: 'base',
    version: 1,
    inputs: {
      repository: describeRepository(source),
      database: source.database,
      packages: describeResolved(resolvedOf(inputs['resolved'])),
      script: SCRIPT,
      tools: describeTools(tools, ['rpm']),
      sourceDateEpoch: sourceDateEpoch ?? snapshotOf(inputs['snapshot']).date,
    },
  }),

  inputNames: ({ sourceDateEpoch }) => ({
    repository: authored('package repositories'),
    database: authored("place of rpm's database"),
    script: authored("mkve's own script"),
    tools: TOOLS,
    packages: left('packages of the base'),
    sourceDateEpoch: sourceDateEpoch === undefined ? left(EPOCH) : authored(EPOCH),
  }),

  isUsable: (_step, outputs, deps) => hasBase(outputs, deps),

  run(step, context, deps) {
    const sourceDateEpoch = step.sourceDateEpoch ?? snapshotOf(context.inputs['snapshot']).date;
    return install({ source: { ...step.source, local: [] }, sourceDateEpoch }, context, deps);
  },
};

type PackagesOf = PackagesStep & { readonly source: DnfSource };

/** The template's packages as a layer on the base. */
export const dnfPackages: ActionKind<PackagesOf> = {
  describe: ({ source }, inputs, { tools }) => ({
    kind: 'packages',
    version: 1,
    inputs: {
      tree: rootfsState(inputs['base']).tree,
      packages: describeResolved(resolvedOf(inputs['resolved'])),
      database: source.database,
      script: SCRIPT,
      tools: describeTools(tools, ['rpm']),
      sourceDateEpoch: rootfsState(inputs['base']).sourceDateEpoch,
    },
  }),

  inputNames: () => ({
    tree: left('the base'),
    packages: left('packages'),
    database: authored("place of rpm's database"),
    script: authored("mkve's own script"),
    tools: TOOLS,
    sourceDateEpoch: left(EPOCH),
  }),

  isUsable: (_step, outputs, deps) => hasRootfs(outputs, deps),

  run({ source }, context, deps) {
    const state = rootfsState(context.inputs['base']);
    return install({ source, state, sourceDateEpoch: state.sourceDateEpoch }, context, deps);
  },
};

interface Installation {
  readonly source: DnfSource;
  readonly state?: RootfsState;
  /** Seconds. */
  readonly sourceDateEpoch: number;
}

/** Brings the resolved packages, checks who signed them, and has a worker install them. */
async function install(
  { source, ...onto }: Installation,
  context: RunContext,
  deps: ActionDeps,
): Promise<Result<Outputs, Failure>> {
  const { store, workers, writer } = deps;
  const { inputs } = context;
  const resolved = resolvedOf(inputs['resolved']);
  const staging = await store.staging.create('packages');
  const tool = await store.staging.create('dnf');
  try {
    const supply = {
      source,
      // With them a package can be had from any mirror, and without them from where it was seen.
      lists: await snapshotLists(snapshotOf(inputs['snapshot']).snapshot, store.blobs),
      directory: join(staging, 'rpms'),
      tool,
      context,
    };
    const supplied = await supplyPackages(resolved.packages, supply, deps);
    if (!supplied.ok) return supplied;
    // By content: what a lock says of where a package comes from makes it nobody's own.
    const local = new Set((source.local ?? []).map(({ digest }) => digest));
    const own = new Set(
      resolved.packages.filter(({ sha256 }) => local.has(digestFromHex(sha256))).map(({ file }) => file),
    );
    const signed = (await readdir(supply.directory)).filter((name) => !own.has(name)).sort();
    const checked = await checkSignatures(
      source,
      signed.map((name) => join(supply.directory, name)),
      {
        staging,
        context,
        deps,
      },
    );
    if (!checked.ok) return checked;
    const argument: InstallRpmsArgument = {
      source: { database: source.database, architecture: source.architecture },
      ...onto,
      workspace: nameInStore(store, await store.staging.createInside(staging, writer)),
      rpms: nameInStore(store, supply.directory),
    };
    const installed = (await workers.call('install-rpms', argument, context)) as Result<
      InstallRpmsAnswer,
      Failure
    >;
    if (!installed.ok) return installed;
    const { state, status: database } = installed.value;
    return ok({ ...stateOutputs(state), status: database as CanonicalValue });
  } finally {
    await store.staging.remove(tool);
    await store.staging.remove(staging);
  }
}

/** Every repository with keys must have signed what it gave; which of them gave a package is not known here. */
async function checkSignatures(
  { repositories }: DnfSource,
  files: readonly string[],
  at: { readonly staging: string; readonly context: RunContext; readonly deps: ActionDeps },
): Promise<Result<void, Failure>> {
  const keyrings = repositories.flatMap((repository) => repository.keyrings);
  if (keyrings.length === 0) return ok(undefined);
  const { staging, context, deps } = at;
  return checkRpmSignatures(files, {
    keyrings,
    directory: staging,
    runner: await deps.runner(),
    environment: deps.environment,
    signal: context.signal,
  });
}
