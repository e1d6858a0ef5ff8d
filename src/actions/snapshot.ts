import { readFile } from 'node:fs/promises';

import { canonicalJson, type Digest, digestOf, ok } from '../base/index.js';
import type { SnapshotStep } from '../graph/index.js';
import { AptBox } from '../packages/index.js';
import { type ActionKind, authored } from './kind.js';
import { describeRepository, snapshotOf } from './outputs.js';

/**
 * The one step whose result depends on when it ran. It is kept until the user asks for a newer one (`mkve update`),
 * so a build never asks the network what the store already knows.
 */
export const snapshot: ActionKind<SnapshotStep> = {
  describe: ({ source }) => ({
    kind: 'snapshot',
    version: 1,
    inputs: { repository: describeRepository(source) },
  }),

  inputNames: () => ({ repository: authored('package repositories') }),

  async isUsable(_step, outputs, { store }) {
    const sizes = await Promise.all(snapshotOf(outputs).lists.map(({ blob }) => store.blobs.size(blob)));
    return sizes.every((size) => size !== undefined);
  },

  async run({ source }, { output, progress, signal }, deps) {
    const directory = await deps.store.staging.create('snapshot');
    try {
      const paths = { directory, environment: deps.environment };
      const box = await AptBox.create({ paths, runner: await deps.runner(), source, output, signal });
      const files = await box.update((done) => progress({ done, total: 100, unit: 'percent' }));
      if (!files.ok) return files;
      const lists: { name: string; blob: Digest }[] = [];
      const releases: string[] = [];
      for (const { name, path } of files.value) {
        const bytes = await readFile(path);
        lists.push({ name, blob: await deps.store.blobs.put(bytes) });
        if (/Release$/.test(name)) releases.push(bytes.toString('utf8'));
      }
      const identity = digestOf(canonicalJson(releases.map(digestOf).sort()));
      return ok({ snapshot: identity, date: releaseDate(releases, source.suite), lists });
    } finally {
      await deps.store.staging.remove(directory);
    }
  },
};

/**
 * `Date` of the Release file of the suite itself. Those of its updates change every day without a change to most
 * root file systems.
 */
function releaseDate(releases: readonly string[], suite: string): number {
  const dates = releases.map((text) => ({
    names: [/^Suite: (.*)$/m.exec(text)?.[1], /^Codename: (.*)$/m.exec(text)?.[1]],
    seconds: Math.floor(Date.parse(/^Date: (.*)$/m.exec(text)?.[1] ?? '') / 1000),
  }));
  const own = dates.filter(({ names }) => names.includes(suite));
  const seconds = (own.length > 0 ? own : dates).map((date) => date.seconds).filter(Number.isSafeInteger);
  return Math.max(0, ...seconds);
}
