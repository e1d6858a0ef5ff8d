import { selectTargets, stepsInOrder } from '../graph/index.js';
import type { LoadedConfig } from '../mkvefile/index.js';
import type { Compiled } from '../template/index.js';
import type { PinnedTargets } from './store-care.js';

/** The targets that `cache.pin` names; `readProject` has seen to it that each pattern names one. */
export function pinnedTargets(mkvefile: string, { cache }: LoadedConfig, project: Compiled): PinnedTargets {
  const patterns = cache.pin ?? [];
  const { targets } = patterns.length === 0 ? { targets: [] } : selectTargets(project.targets, patterns);
  return {
    mkvefile,
    targets: targets.map(({ name, step }) => ({
      name,
      steps: stepsInOrder(project.graph, [step]).map(({ id }) => id),
    })),
  };
}
