import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { packagesLacking } from '../../actions/index.js';
import { type ResolveStep, type Step, type StepId, stepsInOrder } from '../../graph/index.js';
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
  const lists = new Map(
    project.targets.map(({ name, step }) => [name, listOf(stepsInOrder(graph, [step]))] as const),
  );
  const asked = new Map<StepId, Promise<readonly string[] | undefined>>();
  /** Reading the lists is what takes time, so it is done once for all targets that have the same ones. */
  const lackingIn = (snapshot: StepId) => {
    const alike = [...lists.values()].filter((list) => list?.snapshot === snapshot);
    const names = new Set(alike.flatMap((list) => list?.packages ?? []));
    const [first] = alike;
    const made = graph.steps.get(snapshot);
    // The apt of a given base is known only once that is unpacked.
    if (first === undefined || first.source.backend === 'rootfs') return nobodyKnows();
    if (made?.kind !== 'snapshot' || made.locked === undefined) return nobodyKnows();
    const of = { source: first.source, snapshot: made.locked.snapshot, signal };
    return packagesLacking([...names], of, session.value.actions);
  };
  return async (target) => {
    const list = lists.get(target);
    if (list === undefined) return undefined;
    const answer = asked.get(list.snapshot) ?? lackingIn(list.snapshot);
    asked.set(list.snapshot, answer);
    return (await answer)?.filter((name) => list.packages.includes(name));
  };
}

/** The step that resolves what a template lists. */
function listOf(steps: readonly Step[]): ResolveStep | undefined {
  return steps.find((step): step is ResolveStep => step.kind === 'resolve' && step.base !== undefined);
}
