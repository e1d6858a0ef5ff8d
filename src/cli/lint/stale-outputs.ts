import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { inspectBundle } from '../../bundle/index.js';
import type { LintCheck, LintFinding } from './finding.js';

/** Bundles beside those of the targets, which no target writes any more. */
export const staleOutputs: LintCheck = async ({ outputs, templates }) => {
  const directories = new Set(outputs.map((output) => dirname(output)));
  // Of a template that cannot be read nobody knows what it writes.
  if (templates.some(({ targets }) => targets.length === 0)) return [];
  const found: LintFinding[] = [];
  for (const directory of directories) {
    const names = await readdir(directory).catch(() => []);
    for (const name of names.sort()) {
      const file = join(directory, name);
      if (!name.endsWith('.bun') || outputs.includes(file)) continue;
      const bundle = await inspectBundle(file);
      if (!bundle.ok) continue;
      const { name: template, hypervisor } = bundle.value.metainfo;
      found.push({
        file,
        message: `no target writes this bundle of ${template} for ${hypervisor} any more`,
        hint: 'remove it, or move it elsewhere',
        severity: 'warning',
        code: 'output-stale',
      });
    }
  }
  return found;
};
