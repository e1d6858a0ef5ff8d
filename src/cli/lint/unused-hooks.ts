import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { LintCheck, LintFinding, LintSubject } from './finding.js';

/** Files of editors and packagers, and papers. */
const NO_HOOK = /^\.|~$|\.(orig|rej|bak|md|txt)$|^(README|COPYING|LICENSE)\b/;

/** Hooks in the directories of templates, and in shared ones, that no list names. */
export const unusedHooks: LintCheck = async (subject) => {
  const used = new Set(
    subject.templates.flatMap(({ targets }) => targets.flatMap(({ hooks }) => hooks.map(({ file }) => file))),
  );
  const places = placesOf(subject);
  const found: LintFinding[] = [];
  for (const { directory, whose } of places) {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const file = join(directory, entry.name);
      if (entry.isDirectory() || NO_HOOK.test(entry.name) || used.has(file)) continue;
      found.push({
        file,
        message: `no hooks list of ${whose} names this hook`,
        hint: 'list it, or remove it',
        severity: 'warning',
        code: 'hook-unused',
      });
    }
  }
  return found;
};

function placesOf({
  templates,
  hookDirectories,
}: LintSubject): readonly { readonly directory: string; readonly whose: string }[] {
  const own = templates.flatMap(({ name, directory, targets }) =>
    // Of a template without a target that could be read nobody knows what it uses.
    directory === undefined || targets.length === 0
      ? []
      : [{ directory: join(directory, 'hooks'), whose: `the template ${name}` }],
  );
  const isAllKnown = templates.length > 0 && templates.every(({ targets }) => targets.length > 0);
  const shared = isAllKnown ? hookDirectories.map((directory) => ({ directory, whose: 'any template' })) : [];
  return [...own, ...shared];
}
