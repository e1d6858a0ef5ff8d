import { basename, dirname } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import type { Problem } from '../report/index.js';
import { type Checked, type Complain, checkSection, type Given, isObject, mistakeAt } from './check.js';
import { complainOfClashes } from './clashes.js';
import { defined } from './defined.js';
import { absoluteIn, type Draft, need } from './draft.js';
import { describeValue } from './key-path.js';
import type { CheckedConfig, LoadedConfig } from './loaded.js';
import { checkNeededPaths } from './needed-paths.js';
import { checkPackages } from './packages.js';
import { complainOfSets } from './sets.js';
import { cacheShape, hypervisorShape, limitsShape, rootShape, signShape } from './shapes.js';
import { bytesOf } from './size.js';
import { checkTemplates } from './templates.js';

/** What is wrong with a config, and the paths it needs that may be what has to change. */
export interface ConfigFaults {
  readonly problems: readonly Problem[];
  /** Absolute. */
  readonly needed: readonly string[];
}

/**
 * Checks what an mkvefile exported, makes its paths absolute and fills in the defaults.
 * @param file absolute path of the mkvefile; problems name it by its last part
 * @returns every problem, or a config that nobody has to check again
 */
export async function checkConfig(
  exported: unknown,
  file: string,
): Promise<Result<CheckedConfig, ConfigFaults>> {
  const problems: Problem[] = [];
  const complain: Complain = (path, message, hint) => {
    const problem = { file: basename(file), message: mistakeAt(path, message), severity: 'error' as const };
    problems.push(hint === undefined ? problem : { ...problem, hint });
  };
  const draft: Draft = { directory: dirname(file), complain, needed: [] };
  const config = checkRoot(exported, draft);
  await checkNeededPaths(draft.needed, complain);
  if (config !== undefined && problems.length === 0) return ok({ config, needed: draft.needed });
  return err({ problems, needed: draft.needed.map(({ absolute }) => absolute) });
}

function checkRoot(exported: unknown, draft: Draft): LoadedConfig | undefined {
  const root = checkSection(rootShape, { path: [], value: exported }, draft.complain);
  if (root === undefined) return undefined;
  const templates = checkTemplates({ path: ['templates'], value: root.templates }, draft);
  complainOfClashes(templates, draft);
  const sets = {
    services: new Map(Object.entries(root.services ?? {})),
    hypervisors: checkHypervisors(root, draft),
  };
  complainOfSets(sets, draft);
  return {
    directory: draft.directory,
    templates,
    packages: checkPackages({ path: ['packages'], value: root.packages }, draft),
    hooks: checkHooks(root.hooks ?? [], draft),
    sign: checkSign({ path: ['sign'], value: root.sign }, draft),
    ...sets,
    ...defined({ jobs: root.jobs }),
    limits: checkLimits({ path: ['limits'], value: root.limits }, draft),
    cache: checkCache({ path: ['cache'], value: root.cache }, draft),
    ...defined({ sourceDateEpoch: root.sourceDateEpoch }),
  };
}

function checkHooks(hooks: readonly string[], draft: Draft): readonly string[] {
  return hooks.map((written, index) => need(draft, 'directory', { key: ['hooks', index], written }));
}

function checkSign(given: Given, draft: Draft): LoadedConfig['sign'] {
  if (given.value === false) return false;
  if (given.value === undefined) return {};
  if (!isObject(given.value)) {
    const expected = "false or an object such as { key: 'ops@example.org' }";
    draft.complain(given.path, `expected ${expected}, found ${describeValue(given.value)}`);
    return {};
  }
  return defined({ key: checkSection(signShape, given, draft.complain)?.key });
}

function checkHypervisors(root: Checked<typeof rootShape>, draft: Draft): LoadedConfig['hypervisors'] {
  const entries = Object.entries(root.hypervisors ?? {});
  return new Map(
    entries.map(([name, value]) => {
      const checked = checkSection(hypervisorShape, { path: ['hypervisors', name], value }, draft.complain);
      return [name, checked?.packages ?? []];
    }),
  );
}

function checkLimits(given: Given, draft: Draft): LoadedConfig['limits'] {
  if (given.value === undefined) return {};
  const checked = checkSection(limitsShape, given, draft.complain);
  const { processes, memory, disk } = checked ?? {};
  return defined({
    processes,
    memoryBytes: memory === undefined ? undefined : bytesOf(memory),
    diskBytes: disk === undefined ? undefined : bytesOf(disk),
  });
}

function checkCache(given: Given, draft: Draft): LoadedConfig['cache'] {
  if (given.value === undefined) return {};
  const checked = checkSection(cacheShape, given, draft.complain);
  return defined({
    directory: checked?.directory === undefined ? undefined : absoluteIn(draft, checked.directory),
    maxBytes: checked?.maxSize === undefined ? undefined : bytesOf(checked.maxSize),
    pin: checked?.pin,
  });
}
