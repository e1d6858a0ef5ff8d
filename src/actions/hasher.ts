import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { canonicalJson, type Digest, digestOf, err, hasErrorCode, ok } from '../base/index.js';
import type { HasherSource, SnapshotStep } from '../graph/index.js';
import { initRoot, installCommands, makeAptbox, packageDirectories, packCommand } from '../packages/index.js';
import { digestFile } from './archive-input.js';
import { unpackBase } from './given-base.js';
import type { HasherWorkdir } from './hasher-workdir.js';
import type { UnpackArgument } from './inside/unpack-rootfs.js';
import { type ActionKind, authored, type BaseOf, EPOCH, left } from './kind.js';
import { describeRepository, nameInStore, snapshotOf } from './outputs.js';
import { hasBase } from './rootfs-usable.js';
import { nameOf } from './snapshot.js';

/** Fetches the lists of hasher's apt: what they say is what later steps are keyed by. */
export const hasherSnapshot: ActionKind<SnapshotStep & { readonly source: HasherSource }> = {
  describe: ({ source }) => ({
    kind: 'snapshot',
    version: 1,
    inputs: { repository: describeRepository(source) },
  }),

  inputNames: () => ({ repository: authored('package repositories') }),

  isUsable: () => Promise.resolve(true),

  async run({ source }, context, deps) {
    if (deps.network === 'offline')
      return err({ kind: 'offline-lacks', missing: [`package lists of ${nameOf(source)}`] });
    const { HasherWorkdir, writeAptConfig } = await import('./hasher-workdir.js');
    const staging = await deps.store.staging.create('hasher');
    try {
      const config = await writeAptConfig(source, staging);
      return await HasherWorkdir.using(source, { context, deps }, async (workdir) => {
        await workdir.removeAptbox();
        const made = await workdir.run(makeAptbox(workdir.source, config));
        if (!made.ok) return made;
        const { identity, date } = await readLists(workdir, context.signal);
        return ok({ snapshot: identity, date });
      });
    } finally {
      await deps.store.staging.remove(staging);
    }
  },
};

/** apt's lists by content; of local directories, which have no lists, the names, sizes and times of the packages. */
async function readLists(
  { lists, source }: HasherWorkdir,
  signal: AbortSignal,
): Promise<{ readonly identity: Digest; readonly date: number }> {
  const found: [string, string][] = [];
  let date = 0;
  for (const path of await filesIn(lists)) {
    const stats = await stat(path);
    if (!stats.isFile() || path.endsWith('/lock')) continue;
    found.push([path.slice(lists.length), await digestFile(path, signal)]);
    date = Math.max(date, Math.floor(stats.mtimeMs / 1000));
  }
  for (const directory of packageDirectories(source.repositories ?? [])) {
    for (const path of await filesIn(directory)) {
      const { size, mtimeMs } = await stat(path);
      found.push([path.slice(directory.length), `${size} ${mtimeMs}`]);
      date = Math.max(date, Math.floor(mtimeMs / 1000));
    }
  }
  return { identity: digestOf(canonicalJson(found)), date };
}

async function filesIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((thrown: unknown) => {
    if (hasErrorCode(thrown, 'ENOENT')) return [];
    throw thrown;
  });
  return names.sort().map((name) => join(directory, name));
}

/** A chroot with all packages of the template, exported as pseudo-root sees it. */
export const hasherBase: ActionKind<BaseOf<HasherSource>> = {
  describe: ({ source, packages = [], sourceDateEpoch }, inputs) => ({
    kind: 'base',
    version: 1,
    inputs: {
      repository: describeRepository(source),
      snapshot: snapshotOf(inputs['snapshot']).snapshot,
      packages,
      commands: digestOf(canonicalJson(commandsOf({ ...source, workdir: '' }, packages))),
      sourceDateEpoch: sourceDateEpoch ?? snapshotOf(inputs['snapshot']).date,
    },
  }),

  inputNames: ({ sourceDateEpoch }) => ({
    repository: authored('package repositories'),
    snapshot: left('repository snapshot'),
    packages: authored('package list'),
    commands: authored("mkve's way of calling hasher"),
    sourceDateEpoch: sourceDateEpoch === undefined ? left(EPOCH) : authored(EPOCH),
  }),

  isUsable: (_step, outputs, deps) => hasBase(outputs, deps),

  async run({ source, packages = [], sourceDateEpoch }, context, deps) {
    // What it downloads is its own affair, and so is what it has.
    if (deps.network === 'offline')
      return err({ kind: 'offline-lacks', missing: [`packages of ${nameOf(source)}`] });
    const { HasherWorkdir, writeAptConfig } = await import('./hasher-workdir.js');
    const { store, writer } = deps;
    const staging = await store.staging.create('hasher');
    const archive = join(staging, 'chroot.tar');
    try {
      const config = await writeAptConfig(source, staging);
      const packed = await HasherWorkdir.using(source, { context, deps }, async (workdir) => {
        for (const command of [
          initRoot(workdir.source, config),
          ...installCommands(workdir.source, packages),
        ]) {
          const ran = await workdir.run(command);
          if (!ran.ok) return ran;
        }
        return workdir.run(packCommand(workdir.source), archive);
      });
      if (!packed.ok) return packed;
      const argument: UnpackArgument = {
        name: 'the chroot',
        workspace: nameInStore(store, await store.staging.createInside(staging, writer)),
        archives: [{ path: nameInStore(store, archive), compression: 'none' }],
        sourceDateEpoch: sourceDateEpoch ?? snapshotOf(context.inputs['snapshot']).date,
        // hasher's own is for three users.
        rootMode: 0o755,
      };
      return await unpackBase(argument, context, deps);
    } finally {
      await store.staging.remove(staging);
    }
  },
};

/** Another way of calling hasher may leave another chroot. The pair of users is no part of that. */
function commandsOf({ number: _, ...source }: HasherSource, packages: readonly string[]) {
  const commands = [
    initRoot(source, undefined),
    ...installCommands(source, packages.slice(0, 1)),
    packCommand(source),
  ];
  return commands.map(({ argv }) => argv);
}
