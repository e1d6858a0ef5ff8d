import { readFile } from 'node:fs/promises';

import { bug, type CanonicalValue, err, ok } from '../base/index.js';
import type { PackageSource, RepositorySource, SnapshotStep } from '../graph/index.js';
import { type Metadata, repositoryBackendOf } from '../packages/index.js';
import { type ActionKind, authored, left } from './kind.js';
import { aptConfiguration, describeRepository, snapshotOf } from './outputs.js';
import { openBox } from './package-supply.js';
import { keepSnapshot, type SnapshotList, snapshotLists } from './snapshot-lists.js';

/**
 * The one step whose result depends on when it ran. It is kept until the user asks for a newer one (`mkve update`),
 * so a build never asks the network what the store already knows; and where a lock says which snapshot is meant, the
 * step does not even run.
 */
export const snapshot: ActionKind<SnapshotStep> = {
  describe: ({ source, locked }, inputs) => ({
    kind: 'snapshot',
    version: 2,
    inputs: {
      repository: describeRepository(source),
      locked: locked?.snapshot,
      ...(inputs['base'] === undefined ? {} : { configuration: aptConfiguration(inputs['base']) ?? null }),
    },
  }),

  inputNames: () => ({
    repository: authored('package repositories'),
    locked: authored('snapshot in the lock'),
    configuration: left("configuration of the base's apt"),
  }),

  given: ({ locked }) =>
    locked === undefined ? undefined : { snapshot: locked.snapshot, date: locked.date },

  async isUsable(_step, outputs, { store }) {
    return (await snapshotLists(snapshotOf(outputs).snapshot, store.blobs)) !== undefined;
  },

  async run(step, { output, progress, signal, inputs }, deps) {
    const source = fetched(step);
    if (deps.network === 'offline')
      return err({ kind: 'offline-lacks', missing: [`package lists of ${nameOf(source)}`] });
    const directory = await deps.store.staging.create('snapshot');
    try {
      const base = inputs['base'];
      const box = await openBox({ source, base, directory, context: { output, signal } }, deps);
      if (!box.ok) return box;
      const files = await box.value.update((done) => progress({ done, total: 100, unit: 'percent' }));
      if (!files.ok) return files;
      const lists: SnapshotList[] = [];
      const metadata: Metadata[] = [];
      for (const { name, path } of files.value) {
        const bytes = await readFile(path);
        lists.push({ name, blob: await deps.store.blobs.put(bytes) });
        metadata.push({ name, bytes });
      }
      const kept = await keepSnapshot(lists, deps.store.blobs);
      const date = repositoryBackendOf(source).dateOf(source, metadata);
      // Named for the care of the store, which looks into results and not into blobs.
      return ok({ snapshot: kept, date, lists: lists as unknown as CanonicalValue });
    } finally {
      await deps.store.staging.remove(directory);
    }
  },
};

/** What a person calls a source of packages. */
export function nameOf(source: PackageSource): string {
  switch (source.backend) {
    case 'mmdebstrap':
      return `${source.suite} for ${source.architecture}`;
    case 'dnf':
      return `${source.release} for ${source.architecture}`;
    case 'rootfs':
      return `the repositories of ${source.name}`;
    case 'hasher':
      return `hasher for ${source.architecture}`;
  }
}

/** The author's own packages are no part of what is fetched. */
function fetched({ source }: SnapshotStep): RepositorySource {
  if (source.backend === 'hasher') return bug('hasher fetches its own metadata');
  return { ...source, local: [] };
}
