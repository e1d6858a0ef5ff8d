import { readFile } from 'node:fs/promises';

import type { LintCheck, LintFinding } from './finding.js';

/** Packages that the locked repository does not have, where it is known what that has. */
export const unknownPackages: LintCheck = async ({ templates, packagesLacking }) => {
  const found: LintFinding[] = [];
  for (const { name, targets, packagesIn } of templates) {
    for (const { hypervisor } of targets) {
      const lacking = await packagesLacking(`${name}/${hypervisor}`);
      if (lacking === undefined || lacking.length === 0) continue;
      const { file, isList } = packagesIn(hypervisor);
      const lines = isList ? await linesOf(file) : [];
      for (const missing of lacking) {
        const line = lines.indexOf(missing) + 1;
        found.push({
          file,
          ...(line === 0 ? {} : { line }),
          message: `the locked repository has no package '${missing}' for ${name}/${hypervisor}`,
          hint: 'mkve update looks at what the repositories have now',
          severity: 'error',
          code: 'package-unknown',
        });
      }
    }
  }
  return found;
};

async function linesOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').map((line) => line.replace(/#.*/, '').trim());
}
