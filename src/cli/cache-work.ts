import { basename, resolve } from 'node:path';

import { assertNever, err, ok, type Result } from '../base/index.js';
import { type Failure, type Problem, renderProblem } from '../report/index.js';
import {
  type CacheWork,
  type HookLookup,
  lookUpHook,
  readCopySource,
  resolveHook,
} from '../template/index.js';
import type { WorkArgument } from './cache-arguments.js';
import { readCopyArgument } from './copy-argument.js';
import { stockHookDirectory } from './host.js';

/** Reads what the options name: files to copy, hooks. Every key is made of what was read here. */
export function readWork(
  work: readonly WorkArgument[],
  at: { readonly cwd: string; readonly warn: (line: string) => void },
): Result<readonly CacheWork[], Failure> {
  const read: CacheWork[] = [];
  for (const argument of work) {
    const one = readOne(argument, at);
    if (!one.ok) return one;
    read.push(one.value);
  }
  return ok(read);
}

function readOne(
  { kind, text }: WorkArgument,
  at: { readonly cwd: string; readonly warn: (line: string) => void },
): Result<CacheWork, Failure> {
  switch (kind) {
    case 'command':
      return ok({ kind, command: text });
    case 'copy':
      return readCopy(text, at.cwd);
    case 'hook':
      return readHook(text, at);
    default:
      return assertNever(kind);
  }
}

function readCopy(text: string, cwd: string): Result<CacheWork, Failure> {
  const argument = readCopyArgument(text, cwd);
  if (!argument.ok) return argument;
  const { source: path, name, destination } = argument.value;
  const source = readCopySource(path, name);
  if (!source.ok) return err({ kind: 'usage-wrong', message: `--copy ${text}: ${source.error}` });
  return ok({ kind: 'copy', source: source.value, destination });
}

/** A path; or, without a slash, a file here or else one of the hooks that mkve ships. */
function readHook(
  text: string,
  { cwd, warn }: { readonly cwd: string; readonly warn: (line: string) => void },
): Result<CacheWork, Failure> {
  const path = resolve(cwd, text);
  const { hook, findings } = text.includes('/')
    ? (resolveHook(basename(path), { path, args: [] }) ?? notFound(path))
    : lookUpHook(text, { directories: [cwd], stock: stockHookDirectory() });
  for (const finding of findings.filter(({ severity }) => severity === 'warning')) {
    const problem: Problem = { ...finding, file: `--hook ${text}` };
    for (const line of renderProblem(problem)) warn(line);
  }
  if (hook !== undefined) return ok({ kind: 'hook', hook });
  const [{ message, hint } = { message: `hook '${text}' cannot be used` }] = findings as readonly {
    readonly message: string;
    readonly hint?: string;
  }[];
  return err({ kind: 'usage-wrong', message, ...(hint === undefined ? {} : { hint }) });
}

function notFound(path: string): HookLookup {
  return {
    findings: [{ message: `there is no hook ${path}`, severity: 'error', about: 'list' }],
    reads: [path],
  };
}
