import { matchesGlob } from './glob.js';
import type { Target } from './step.js';

export interface Selection {
  readonly targets: readonly Target[];
  /** Patterns that no target matched. */
  readonly unmatched: readonly string[];
}

/**
 * Chooses targets by name, by template (`pptp-server` means all its hypervisors) or by glob, in the order the
 * targets are declared. Without patterns, all.
 */
export function selectTargets(targets: readonly Target[], patterns: readonly string[]): Selection {
  if (patterns.length === 0) return { targets, unmatched: [] };
  const chosen = new Set<Target>();
  const unmatched: string[] = [];
  for (const pattern of patterns) {
    const matching = targets.filter((target) => isTargetMeant(target.name, pattern));
    if (matching.length === 0) unmatched.push(pattern);
    for (const target of matching) chosen.add(target);
  }
  return { targets: targets.filter((target) => chosen.has(target)), unmatched };
}

/** Whether a pattern of the command line, or of the mkvefile, means the target of this name. */
export function isTargetMeant(name: string, pattern: string): boolean {
  return matchesGlob(name, pattern) || matchesGlob(name, `${pattern}/*`);
}
