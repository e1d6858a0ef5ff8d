import { readFile } from 'node:fs/promises';

import type { LintCheck, LintFinding, LintSubject } from './finding.js';

/** What the kernel or env(1) looks for to run a script: execve(2). */
export interface Interpreter {
  /** A path, or for env the name of a program. */
  readonly program: string;
  readonly by: 'kernel' | 'env';
}

/** Of the first line of a script; nothing for what is none. */
export function interpreterOf(start: string): Interpreter | undefined {
  const [line = ''] = start.split('\n');
  const [program, ...words] = line.startsWith('#!')
    ? line
        .slice(2)
        .trim()
        .split(/[ \t]+/)
    : [];
  if (program === undefined || program === '') return undefined;
  if (!/(^|\/)env$/.test(program)) return { program, by: 'kernel' };
  const named = words.find((word) => !word.startsWith('-') && !word.includes('='));
  return named === undefined ? { program, by: 'kernel' } : { program: named, by: 'env' };
}

/** The PATH of every hook: SPEC section 2. */
const HOOK_PATH = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Interpreters that the root file system lacks after the packages were installed, where that is known. */
export const interpreters: LintCheck = async (subject) => {
  const found: LintFinding[] = [];
  const told = new Set<string>();
  for (const { name, targets } of subject.templates) {
    for (const { hypervisor, hooks } of targets) {
      for (const { file } of hooks) {
        const interpreter = interpreterOf(await startOf(file));
        if (interpreter === undefined || told.has(`${name} ${file}`)) continue;
        const target = `${name}/${hypervisor}`;
        if ((await isThere(subject, target, interpreter)) !== false) continue;
        told.add(`${name} ${file}`);
        found.push({
          file,
          line: 1,
          message: `${interpreter.program} is not there in the packages of ${target}`,
          hint: 'add its package to the list; a hook that runs before may bring it, too',
          severity: 'warning',
          code: 'hook-interpreter',
        });
      }
    }
  }
  return found;
};

async function isThere(
  subject: LintSubject,
  target: string,
  { program, by }: Interpreter,
): Promise<boolean | undefined> {
  if (by === 'kernel') return subject.hasProgram(target, program);
  for (const directory of HOOK_PATH) {
    const answer = await subject.hasProgram(target, `${directory}/${program}`);
    if (answer !== false) return answer;
  }
  return false;
}

async function startOf(file: string): Promise<string> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  return bytes.subarray(0, 256).toString('utf8');
}
