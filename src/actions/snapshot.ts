import { readFile } from 'node:fs/promises';

import { err, ok } from '../base/index.js';
import type { PackageSource, SnapshotStep } from '../graph/index.js';
import { AptBox } from '../packages/index.js';
import { type ActionKind, authored } from './kind.js';
import { describeRepository, snapshotOf } from './outputs.js';
import { keepSnapshot, type SnapshotList, snapshotLists } from './snapshot-lists.js';

/**
 * The one step whose result depends on when it ran. It is kept until the user asks for a newer one (`mkve update`),
 * so a build never asks the network what the store already knows; and where a lock says which snapshot is meant, the
 * step does not even run.
 */
export const snapshot: ActionKind<SnapshotStep> = {
  describe: ({ source, locked }) => ({
    kind: 'snapshot',
    version: 2,
    inputs: { repository: describeRepository(source), locked: locked?.snapshot },
  }),

  inputNames: () => ({
    repository: authored('package repositories'),
    locked: authored('snapshot in the lock'),
  }),

  given: ({ locked }) =>
    locked === undefined ? undefined : { snapshot: locked.snapshot, date: locked.date },

  async isUsable(_step, outputs, { store }) {
    return (await snapshotLists(snapshotOf(outputs).snapshot, store.blobs)) !== undefined;
  },

  async run({ source }, { output, progress, signal }, deps) {
    if (deps.network === 'offline')
      return err({ kind: 'offline-lacks', missing: [`package lists of ${nameOf(source)}`] });
    const directory = await deps.store.staging.create('snapshot');
    try {
      const paths = { directory, environment: deps.environment };
      const box = await AptBox.create({ paths, runner: await deps.runner(), source, output, signal });
      const files = await box.update((done) => progress({ done, total: 100, unit: 'percent' }));
      if (!files.ok) return files;
      const lists: SnapshotList[] = [];
      const releases: string[] = [];
      for (const { name, path } of files.value) {
        const bytes = await readFile(path);
        lists.push({ name, blob: await deps.store.blobs.put(bytes) });
        if (/Release$/.test(name)) releases.push(bytes.toString('utf8'));
      }
      const kept = await keepSnapshot(lists, deps.store.blobs);
      return ok({ snapshot: kept, date: releaseDate(releases, source.suite) });
    } finally {
      await deps.store.staging.remove(directory);
    }
  },
};

/** What a person calls a source of packages. */
export function nameOf({ suite, architecture }: PackageSource): string {
  return `${suite} for ${architecture}`;
}

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
