import { readFile } from 'node:fs/promises';

import { bug, canonicalJson, type Digest, digestOf, ok } from '../base/index.js';
import type { RepositorySource, SnapshotStep } from '../graph/index.js';
import { type Metadata, repositoryBackendOf } from '../packages/index.js';
import { type ActionKind, authored, left } from './kind.js';
import { aptConfiguration, describeRepository, snapshotOf } from './outputs.js';
import { openBox } from './package-supply.js';

/**
 * The one step whose result depends on when it ran. It is kept until the user asks for a newer one (`mkve update`),
 * so a build never asks the network what the store already knows.
 */
export const snapshot: ActionKind<SnapshotStep> = {
  describe: ({ source }, inputs) => ({
    kind: 'snapshot',
    version: 1,
    inputs: {
      repository: describeRepository(source),
      ...(inputs['base'] === undefined ? {} : { configuration: aptConfiguration(inputs['base']) ?? null }),
    },
  }),

  inputNames: () => ({
    repository: authored('package repositories'),
    configuration: left("configuration of the base's apt"),
  }),

  async isUsable(_step, outputs, { store }) {
    const sizes = await Promise.all(snapshotOf(outputs).lists.map(({ blob }) => store.blobs.size(blob)));
    return sizes.every((size) => size !== undefined);
  },

  async run(step, { output, progress, signal, inputs }, deps) {
    const directory = await deps.store.staging.create('snapshot');
    try {
      const source = fetched(step);
      const base = inputs['base'];
      const box = await openBox({ source, base, directory, context: { output, signal } }, deps);
      if (!box.ok) return box;
      const files = await box.value.update((done) => progress({ done, total: 100, unit: 'percent' }));
      if (!files.ok) return files;
      const lists: { name: string; blob: Digest }[] = [];
      const metadata: Metadata[] = [];
      for (const { name, path } of files.value) {
        const bytes = await readFile(path);
        lists.push({ name, blob: await deps.store.blobs.put(bytes) });
        metadata.push({ name, bytes });
      }
      const { identity, date } = repositoryBackendOf(source).readMetadata(source, metadata);
      return ok({ snapshot: digestOf(canonicalJson(identity)), date, lists });
    } finally {
      await deps.store.staging.remove(directory);
    }
  },
};

/** The author's own packages are no part of what is fetched. */
function fetched({ source }: SnapshotStep): RepositorySource {
  if (source.backend === 'hasher') return bug('hasher fetches its own metadata');
  return { ...source, local: [] };
}
