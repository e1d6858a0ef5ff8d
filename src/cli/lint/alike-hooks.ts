import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { LintCheck, LintFinding, LintHook, LintSubject } from './finding.js';
import { ownHooks } from './finding.js';

/**
 * Hooks that differ by accident: one name that stands for different files, under the hypervisors of one template or in several
 * templates, which do the same. Files are compared without comments, blank lines and white space at the ends of lines.
 */
export const alikeHooks: LintCheck = async (subject) => {
  const texts = new Map<string, string>();
  for (const file of ownHooks(subject).keys()) texts.set(file, await meaningOf(file));
  const found: LintFinding[] = [];
  for (const [name, files] of filesByName(subject)) {
    const [first, ...others] = files;
    for (const file of others) {
      if (first === undefined) break;
      const isAlike = texts.get(file) === texts.get(first);
      if (isAlike) found.push(alike(name, file, first));
    }
  }
  return [...found, ...differing(subject, texts), ...(await copiesOfStock(subject, texts))];
};

function alike(name: string, file: string, other: string): LintFinding {
  return {
    file,
    message: `the hook ${name} does the same as ${other}, and is another file`,
    hint: 'keep one of them in a directory that both templates look in: hooks in the mkvefile, --hooks',
    severity: 'warning',
    code: 'hook-copied',
  };
}

/** Of one template: a name should mean one thing, or there should be two names. */
function differing({ templates }: LintSubject, texts: ReadonlyMap<string, string>): readonly LintFinding[] {
  return templates.flatMap(({ name: template, targets, listedIn }) => {
    const first = new Map<string, { readonly hypervisor: string; readonly file: string }>();
    return targets.flatMap(({ hypervisor, hooks }) =>
      hooks.flatMap(({ name, file }): readonly LintFinding[] => {
        const before = first.get(name);
        if (before === undefined) first.set(name, { hypervisor, file });
        if (before === undefined || before.file === file || texts.get(before.file) === texts.get(file))
          return [];
        return [
          {
            file: listedIn(hypervisor),
            message: `${template}: the hook ${name} is ${file} for ${hypervisor} and ${before.file} for ${before.hypervisor}`,
            hint: 'give them different names if they are meant to differ',
            severity: 'warning',
            code: 'hook-differs',
          },
        ];
      }),
    );
  });
}

/** Whoever copied a stock hook does not get what is mended in it later. */
async function copiesOfStock(
  subject: LintSubject,
  texts: ReadonlyMap<string, string>,
): Promise<readonly LintFinding[]> {
  const found: LintFinding[] = [];
  for (const [file, { name }] of ownHooks(subject)) {
    const stock = await meaningOf(join(subject.stockDirectory, name));
    if (stock === '' || stock !== texts.get(file)) continue;
    found.push({
      file,
      message: `the hook ${name} does the same as the one that comes with mkve`,
      hint: 'remove it, and the one that comes with mkve is used',
      severity: 'warning',
      code: 'hook-copied',
    });
  }
  return found;
}

function filesByName(subject: LintSubject): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, string[]>();
  for (const { name, file } of ownHooks(subject).values() as Iterable<LintHook>)
    files.set(name, [...(files.get(name) ?? []), file]);
  return files;
}

/** Empty for what is no text, or is not there. */
async function meaningOf(file: string): Promise<string> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  if (bytes.includes(0)) return bytes.toString('latin1');
  return bytes
    .toString('utf8')
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line, index) => line !== '' && (index === 0 || !/^\s*#/.test(line)))
    .join('\n');
}
