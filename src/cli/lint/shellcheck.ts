import { readFile } from 'node:fs/promises';

import type { CommandRunner } from '../../base/index.js';
import { type LintCheck, type LintFinding, ownHooks } from './finding.js';
import { interpreterOf } from './interpreters.js';

/** The shells that shellcheck(1) knows. */
const SHELLS = /(^|\/)(sh|bash|dash|ksh|busybox)$/;

/** One comment in `--format=json1`: shellcheck(1). */
interface Comment {
  readonly file: string;
  readonly line: number;
  readonly level: 'error' | 'warning' | 'info' | 'style';
  readonly code: number;
  readonly message: string;
}

/**
 * What shellcheck says of the hooks that are shell scripts: its errors and warnings.
 * @param tools.env with the PATH where it is looked for; a host without it checks nothing
 */
export function shellcheck(tools: {
  readonly runner: () => Promise<CommandRunner>;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}): LintCheck {
  return async (subject) => {
    const files: string[] = [];
    for (const file of ownHooks(subject).keys()) if (await isShell(file)) files.push(file);
    if (files.length === 0) return [];
    const runner = await tools.runner();
    const argv = ['shellcheck', '--format=json1', '--severity=warning', '--norc', '--', ...files] as const;
    const ended = await runner.run({ argv: [...argv], env: tools.env, signal: tools.signal });
    if (ended.kind === 'not-found') return [];
    // 0: nothing found, 1: something; anything else is no answer.
    if (ended.kind !== 'exited' || ended.status > 1) return [unusable(ended.stderr.toString().trim())];
    return commentsIn(ended.stdout.toString())?.map(findingOf) ?? [unusable('its answer is no JSON')];
  };
}

/** Nothing for what shellcheck never prints, such as the words of a wrapper around it. */
export function commentsIn(text: string): readonly Comment[] | undefined {
  try {
    const { comments } = JSON.parse(text) as { readonly comments?: unknown };
    return Array.isArray(comments) && comments.every(isComment) ? comments : undefined;
  } catch {
    return undefined;
  }
}

function isComment(value: unknown): value is Comment {
  if (typeof value !== 'object' || value === null) return false;
  const { file, line, message } = value as Partial<Comment>;
  return typeof file === 'string' && typeof line === 'number' && typeof message === 'string';
}

function findingOf({ file, line, level, code, message }: Comment): LintFinding {
  return {
    file,
    line,
    message: message.replace(/\.$/, ''),
    severity: level === 'error' ? 'error' : 'warning',
    code: `SC${code}`,
  };
}

function unusable(said: string): LintFinding {
  const message = `shellcheck failed, so scripts were not checked: ${said}`;
  return { file: 'shellcheck', message, severity: 'warning', code: 'shellcheck' };
}

async function isShell(file: string): Promise<boolean> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  const interpreter = interpreterOf(bytes.subarray(0, 256).toString('utf8'));
  return interpreter !== undefined && SHELLS.test(interpreter.program);
}
