import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import type { tsImport } from 'tsx/esm/api';

import { err, hasErrorCode, messageOf, ok, type Result } from '../base/index.js';
import type { Failure, Problem } from '../report/index.js';
import { compiledModule } from './compiled.js';
import { importModule } from './import-module.js';
import { type Checked, checkedBefore, keepChecked, rulesOf } from './kept-check.js';
import type { KeptPlace } from './kept-entry.js';
import type { LoadedConfig, LoadedMkvefile } from './loaded.js';
import { IMPORTER_MARK, registerModuleHook } from './module-hook.js';
import { checkNeededPaths, type NeededPath } from './needed-paths.js';
import { readsOf } from './reads.js';
import type { ConfigFaults } from './schema.js';
import { problemOfThrown } from './thrown.js';

export interface LoadRequest {
  /** Absolute path of the mkvefile. */
  readonly file: string;
  readonly signal?: AbortSignal;
  /** How long the module, and a promise that it exports, may take. Default: 30 seconds. */
  readonly limitMs?: number;
  /**
   * Where translations of mkvefiles are kept (`keepCompiled`), and what came of checking what these export; without it tsx loads
   * every one.
   */
  readonly kept?: KeptPlace;
  /** What tells the rules of this check from others. Default: what the build named this module. */
  readonly rules?: string;
}

/** Why an mkvefile cannot be used. */
export interface MkvefileFault {
  readonly failure: Failure;
  /**
   * Absolute paths of what was read or is needed, with the mkvefile's directory: what it imports in vain may come into
   * being there. When one changes, it is worth another try.
   */
  readonly reads: readonly string[];
}

/**
 * Runs an mkvefile through tsx and checks what it exports by default: an object, or the promise of one. Every call
 * runs the file anew. zod and tsx are loaded here and not before, because most calls do without them.
 */
export async function loadMkvefile(request: LoadRequest): Promise<Result<LoadedMkvefile, MkvefileFault>> {
  const { file } = request;
  const missing = await mistakeInFile(file);
  if (missing !== undefined) {
    const problem: Problem = { file: basename(file), message: missing, severity: 'error' };
    return err({ failure: invalid(file, [problem]), reads: [file, dirname(file)] });
  }
  const kept = await runCompiled(request);
  const { outcome, reads } = kept ?? (await runWithTsx(request));
  const fault = (failure: Failure, needed: readonly string[] = []) =>
    err({ failure, reads: [...reads, ...needed, dirname(file)] });
  if (outcome.kind === 'cancelled') return fault({ kind: 'cancelled' });
  if (outcome.kind === 'late') return fault(invalid(file, [late(file, outcome.limitMs)]));
  if (outcome.kind === 'threw')
    return fault(invalid(file, [problemOfThrown(outcome.thrown, { file, reads })]));
  if (outcome.value === undefined) return fault(invalid(file, [withoutExport(file)]));
  const place = kept === undefined ? undefined : request.kept;
  const checked = await checkOrThrown(() => check(outcome.value, request, place));
  if (checked.kind === 'threw') {
    const { kept: _, ...withTsx } = request;
    if (kept !== undefined) return loadMkvefile(withTsx);
    // A getter or a proxy of the author's; an Error that has no line of his is our own fault.
    const problem = problemOfThrown(checked.thrown, { file, reads });
    if (problem.line === undefined && checked.thrown instanceof Error) throw checked.thrown;
    return fault(invalid(file, [problem]));
  }
  const { config } = checked;
  if (config.ok) return ok({ file, config: config.value, reads });
  return fault(invalid(file, config.error.problems), config.error.needed);
}

/** What came of running an mkvefile, and the absolute paths of what was read for it. */
interface Ran {
  readonly outcome: Outcome;
  readonly reads: readonly string[];
}

/** Nothing where there is no translation, and where it threw: tsx knows the lines of the mkvefile, for the message. */
async function runCompiled(request: LoadRequest): Promise<Ran | undefined> {
  const { file, kept } = request;
  const run = kept === undefined ? undefined : await compiledModule(file, kept);
  if (run === undefined) return undefined;
  const outcome = await settle(request, async () => {
    const { default: exported } = await run();
    return await exported;
  });
  return outcome.kind === 'threw' ? undefined : { outcome, reads: [file] };
}

async function runWithTsx(request: LoadRequest): Promise<Ran> {
  const { file } = request;
  const urls: string[] = [];
  await loadSchema();
  // From here on every import of the process asks the hooks, on Node 20 in another thread: nothing else comes after.
  await registerModuleHook();
  const { tsImport } = (await importModule('tsx/esm/api')) as typeof import('tsx/esm/api');
  const outcome = await settle(request, () =>
    exportOf(file, { tsImport, onImport: (url) => urls.push(url) }),
  );
  /** On Node 20 tsx reports files through a message port; in the next turn all its messages are in. */
  await nextTurn();
  return { outcome, reads: readsOf(file, urls) };
}

function loadSchema(): Promise<typeof import('./schema.js')> {
  return import('./schema.js');
}

/** @param place where it may be kept that the same value was checked before and found without a mistake */
async function check(
  exported: unknown,
  { file, rules = rulesOf(import.meta.url) }: LoadRequest,
  place: KeptPlace | undefined,
): Promise<CheckOutcome> {
  const what: Checked = { exported, file, rules };
  const before = place === undefined ? undefined : await checkedBefore(what, place);
  if (before !== undefined && (await areThere(before.needed))) return ok(before.config);
  const { checkConfig } = await loadSchema();
  const checked = await checkConfig(exported, file);
  if (!checked.ok) return checked;
  if (place !== undefined) await keepChecked(what, place, checked.value);
  return ok(checked.value.config);
}

async function areThere(needed: readonly NeededPath[]): Promise<boolean> {
  let areThere = true;
  await checkNeededPaths(needed, () => {
    areThere = false;
  });
  return areThere;
}

type CheckOutcome = Result<LoadedConfig, ConfigFaults>;

type CheckedOrThrown =
  | { readonly kind: 'checked'; readonly config: CheckOutcome }
  | { readonly kind: 'threw'; readonly thrown: unknown };

async function checkOrThrown(check: () => Promise<CheckOutcome>): Promise<CheckedOrThrown> {
  try {
    return { kind: 'checked', config: await check() };
  } catch (thrown) {
    return { kind: 'threw', thrown };
  }
}

async function mistakeInFile(file: string): Promise<string | undefined> {
  try {
    return (await stat(file)).isFile() ? undefined : 'expected a file, found something else';
  } catch (thrown) {
    if (hasErrorCode(thrown, 'ENOENT', 'ENOTDIR')) return `does not exist in ${dirname(file)}`;
    return `cannot be read: ${messageOf(thrown)}`;
  }
}

/** The default export, awaited at once, so that its rejection is never one that nobody handles. */
async function exportOf(
  file: string,
  tsx: { readonly tsImport: typeof tsImport; readonly onImport: (url: string) => void },
): Promise<unknown> {
  const module: { readonly default?: unknown } = await tsx.tsImport(pathToFileURL(file).href, {
    parentURL: `${import.meta.url}?${IMPORTER_MARK}`,
    onImport: tsx.onImport,
    // Otherwise tsx reads the tsconfig.json of the current directory, which has nothing to do with the mkvefile.
    tsconfig: false,
  });
  return await module.default;
}

type Outcome =
  | { readonly kind: 'loaded'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly thrown: unknown }
  | { readonly kind: 'late'; readonly limitMs: number }
  | { readonly kind: 'cancelled' };

/** Waits for the module, the limit or the signal. A module that never settles cannot be stopped, only left behind. */
function settle(request: LoadRequest, load: () => Promise<unknown>): Promise<Outcome> {
  const { signal, limitMs = 30_000 } = request;
  if (signal?.aborted) return Promise.resolve({ kind: 'cancelled' });
  return new Promise((resolve) => {
    const cancel = () => finish({ kind: 'cancelled' });
    const timer = setTimeout(() => finish({ kind: 'late', limitMs }), limitMs);
    const finish = (outcome: Outcome) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      resolve(outcome);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    load().then(
      (value) => finish({ kind: 'loaded', value }),
      (thrown: unknown) => finish({ kind: 'threw', thrown }),
    );
  });
}

function late(file: string, limitMs: number): Problem {
  return {
    file: basename(file),
    message: `did not finish loading within ${limitMs / 1000} s`,
    hint: 'look for a promise that never settles',
    severity: 'error',
  };
}

function withoutExport(file: string): Problem {
  return {
    file: basename(file),
    message: 'has no default export',
    hint: 'write: export default defineConfig({ … })',
    severity: 'error',
  };
}

function invalid(file: string, problems: readonly Problem[]): Failure {
  return { kind: 'config-invalid', what: file, problems };
}
