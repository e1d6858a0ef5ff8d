import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { readNativeTemplate } from '../../src/template/index.js';
import { timedHook } from './hook-time.js';

/** One change of a template, from its pristine state. */
export type Edit =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'append'; readonly file: string; readonly text: string }
  /** Puts lines of shell before those of a hook. */
  | { readonly kind: 'hook'; readonly which: 'first' | 'last'; readonly text: string };

/** A private copy of a template. All its hooks, the stock ones too, are its own and tell how long they take. */
export interface TemplateCopy {
  readonly directory: string;
  /** Names of packages as listed. */
  readonly packages: readonly string[];
  /** Makes it pristine again, with one change. */
  apply(edit: Edit): void;
  /** Saves the last hook with other lines of shell before its own, and touches nothing else. */
  saveLastHook(text: string): void;
}

/** @param from `directory` of the template, and where hooks are that it does not bring along */
export function copyTemplate(
  from: { readonly directory: string; readonly stockHooks: string; readonly hypervisor: string },
  to: string,
): TemplateCopy {
  const reading = readNativeTemplate({
    directory: from.directory,
    hookDirectories: [],
    stockHookDirectory: from.stockHooks,
  });
  if (!reading.ok) throw new Error(`${from.directory}: ${JSON.stringify(reading.error.problems)}`);
  const target = reading.value.targets.find(({ hypervisor }) => hypervisor === from.hypervisor);
  if (target === undefined) throw new Error(`${from.directory} does not support ${from.hypervisor}`);
  const directory = join(to, basename(from.directory));
  const writeHook = (hook: (typeof target.hooks)[number], text: string) => {
    const script = readFileSync(hook.file, 'utf8');
    write(join(directory, 'hooks', hook.name), timedHook(script, { args: hook.args, before: text }), 0o755);
  };
  const apply = (edit: Edit) => {
    rmSync(directory, { recursive: true, force: true });
    cpSync(from.directory, directory, { recursive: true });
    for (const hook of target.hooks) writeHook(hook, '');
    if (edit.kind === 'append') {
      const file = join(directory, edit.file);
      write(file, `${readFileSync(file, 'utf8')}${edit.text}`, 0o644);
    }
    const hook = edit.kind === 'hook' ? target.hooks.at(edit.which === 'first' ? 0 : -1) : undefined;
    if (edit.kind === 'hook' && hook !== undefined) writeHook(hook, edit.text);
  };
  apply({ kind: 'nothing' });
  const saveLastHook = (text: string) => {
    const hook = target.hooks.at(-1);
    if (hook !== undefined) writeHook(hook, text);
  };
  return { directory, packages: target.packages, apply, saveLastHook };
}

function write(file: string, text: string, mode: number): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
}
