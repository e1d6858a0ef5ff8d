import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { packagesLacking } from '../../actions/index.js';
import { type ResolveStep, type Step, stepsInOrder } from '../../graph/index.js';
import type { LoadedConfig } from '../../mkvefile/index.js';
import { type Host, storeRoot } from '../host.js';
import { LockFile, lockBeside } from '../lock-file.js';
import type { Project } from '../project.js';
import { openSession } from '../session.js';
import type { LintSubject } from './finding.js';

/** Answers from the lists that the lock was made with, if the store has them; no store is made and no network asked. */
export async function packageNamesOf(
  mkvefile: string,
  at: {
    readonly config: LoadedConfig;
    readonly project: Project;
    readonly host: Host;
    readonly signal: AbortSignal;
  },
): Promise<LintSubject['packagesLacking']> {
  const { config, project, host, signal } = at;
  const nobodyKnows = () => Promise.resolve(undefined);
  if (!existsSync(join(storeRoot(host, config.cache.directory), 'version'))) return nobodyKnows;
  const lock = await LockFile.open(lockBeside(mkvefile), project.graph);
  if (!lock.ok) return nobodyKnows;
  const session = await openSession({
    host,
    cacheDirectory: config.cache.directory,
    cacheLimit: config.cache.maxBytes,
    scope: mkvefile,
    lineages: new Map(),
    jobs: 1,
    signing: 'none',
  });
  if (!session.ok) return nobodyKnows;
  const { graph } = lock.value;
  return (target) => {
    const wanted = project.targets.find(({ name }) => name === target);
    const list = wanted === undefined ? undefined : listOf(stepsInOrder(graph, [wanted.step]));
    const snapshot = list === undefined ? undefined : graph.steps.get(list.snapshot);
    // The apt of a given base is known only once that is unpacked.
    if (list === undefined || list.source.backend === 'rootfs') return nobodyKnows();
    if (snapshot?.kind !== 'snapshot' || snapshot.locked === undefined) return nobodyKnows();
    const of = { source: list.source, snapshot: snapshot.locked.snapshot, signal };
    return packagesLacking(list.packages, of, session.value.actions);
  };
}

/** The step that resolves what a template lists. */
function listOf(steps: readonly Step[]): ResolveStep | undefined {
  return steps.find((step): step is ResolveStep => step.kind === 'resolve' && step.base !== undefined);
}
