import { resolve } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import type { BundleConfig } from '../mkvefile/index.js';
import type { Failure } from '../report/index.js';
import { hypervisorNameFault } from '../template/index.js';
import { allOf, has, lastOf, type MkveBundleOption, type ParsedOptions } from './options/index.js';
import { readLocking, type SingleRunLocking } from './single-run-locking.js';
import { type SourceArguments, sourceMistake } from './source-arguments.js';

/** What one run of mkve-bundle is to do, whoever said it. */
export interface BundleArguments extends SourceArguments {
  /** As given: a path, or the name of an installed template. */
  readonly template: string;
  readonly hypervisor: string;
  /** Absolute, with `.bun`. */
  readonly output: string;
  /** Absolute, in the order of the search. */
  readonly hooks: readonly string[];
  readonly sign: 'gpg' | 'none';
  /** `shell`: one is opened where a step fails. */
  readonly debug: 'shell' | 'none';
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  /** Absolute. */
  readonly logfile?: string;
  readonly locking: SingleRunLocking;
}

export const STOCK_HOOK_DIRECTORY = '/usr/share/mkve/hooks';

type Given = ParsedOptions<MkveBundleOption>;

/**
 * Merges the command line over the bundle-config. An empty value is as good as none.
 * @param sources.cwd absolute: what relative paths of both start from
 */
export function mergeBundleArguments(sources: {
  readonly given: Given;
  readonly config: BundleConfig;
  readonly cwd: string;
}): Result<BundleArguments, Failure> {
  const { given, config, cwd } = sources;
  const absolute = (path: string) => resolve(cwd, path);
  const chosen = chosenTemplate(given, config);
  if (!chosen.ok) return chosen;
  const template = chosen.value;
  const hypervisor = textOf(lastOf(given, 'hypervisor'), config.hypervisor);
  const output = textOf(lastOf(given, 'output'), config.output);
  if (template === undefined || hypervisor === undefined || output === undefined) {
    return err(missing({ template, hypervisor, output }));
  }
  const mistake = mistakeIn({ hypervisor, output });
  if (mistake !== undefined) return wrong(mistake);
  const source = sourceOf(given, config);
  const clash = sourceMistake(source);
  if (clash !== undefined) return wrong(clash.message, clash.hint);
  const verbosity = verbosityOf(given, config);
  if (!verbosity.ok) return verbosity;
  const locking = readLocking((name) => has(given, name) || config[name] === true);
  if (!locking.ok) return locking;
  const hooks = firstFilled(allOf(given, 'hooks'), config.hooks ?? []);
  const logfile = textOf(lastOf(given, 'logfile'), config.logfile);
  return ok({
    ...source,
    template,
    hypervisor,
    output: absolute(output.endsWith('.bun') ? output : `${output}.bun`),
    hooks: (hooks.length === 0 ? [STOCK_HOOK_DIRECTORY] : hooks).map(absolute),
    sign: has(given, 'force-no-sign') || config.forceNoSign === true ? 'none' : 'gpg',
    debug: has(given, 'debug-shell') || config.debugShell === true ? 'shell' : 'none',
    verbosity: verbosity.value,
    locking: locking.value,
    ...(logfile !== undefined && { logfile: absolute(logfile) }),
  });
}

function sourceOf(given: Given, config: BundleConfig): SourceArguments {
  const backend = textOf(lastOf(given, 'backend'), config.backend);
  const suite = textOf(lastOf(given, 'suite'), config.suite);
  const arch = textOf(lastOf(given, 'arch'), config.arch);
  const rootfs = textOf(lastOf(given, 'rootfs'), config.rootfs);
  const hshWorkdir = textOf(lastOf(given, 'hsh-workdir'), config.hshWorkdir);
  const packageDirs = firstFilled(allOf(given, 'package-dir'), config.packageDirs ?? []);
  return {
    ...(backend !== undefined && { backend }),
    ...(suite !== undefined && { suite }),
    mirrors: firstFilled(allOf(given, 'mirror'), config.mirrors ?? []),
    ...(arch !== undefined && { arch }),
    ...(rootfs !== undefined && { rootfs }),
    ...(hshWorkdir !== undefined && { hshWorkdir }),
    ...(packageDirs.length > 0 && { packageDirs }),
  };
}

/** What is given for the template; nothing when nobody gave one. */
function chosenTemplate(given: Given, config: BundleConfig): Result<string | undefined, Failure> {
  const [operand, ...more] = given.operands;
  if (more.length > 0) {
    return wrong(`expected one template, found ${given.operands.length}: ${given.operands.join(', ')}`);
  }
  const option = textOf(lastOf(given, 'template'));
  if (operand !== undefined && option !== undefined && operand !== option) {
    const message = `the argument '${operand}' and --template '${option}' name different templates`;
    return wrong(message, 'leave one of them out');
  }
  return ok(textOf(operand, option, config.template));
}

function mistakeIn(values: { readonly hypervisor: string; readonly output: string }): string | undefined {
  const { hypervisor, output } = values;
  const fault = hypervisorNameFault(hypervisor);
  if (fault !== undefined) return `hypervisor: ${fault}`;
  if (/(?:^|\/)\.{0,2}$/.test(output)) return `output: expected a file, found the directory '${output}'`;
  return undefined;
}

/** What the command line says of either flag settles both: `--quiet` wins over `verbose=yes`. */
function verbosityOf(given: Given, config: BundleConfig): Result<BundleArguments['verbosity'], Failure> {
  const onCommandLine = has(given, 'verbose') || has(given, 'quiet');
  const verbose = onCommandLine ? has(given, 'verbose') : config.verbose === true;
  const quiet = onCommandLine ? has(given, 'quiet') : config.quiet === true;
  if (verbose && quiet) return wrong('verbose and quiet exclude each other', 'leave one of them out');
  if (verbose) return ok('verbose');
  return ok(quiet ? 'quiet' : 'normal');
}

function textOf(...candidates: readonly (string | undefined)[]): string | undefined {
  return candidates.find((text) => text !== undefined && text !== '');
}

function firstFilled(...lists: readonly (readonly string[])[]): readonly string[] {
  const filled = lists.map((list) => list.filter((text) => text !== ''));
  return filled.find((list) => list.length > 0) ?? [];
}

/** One failure for all that is missing, so that nobody learns of it piece by piece. */
function missing(
  values: Readonly<Record<'template' | 'hypervisor' | 'output', string | undefined>>,
): Failure {
  const remedies = { template: 'TEMPLATE', hypervisor: '--hypervisor HV', output: '--output FILE' };
  const names = (['template', 'hypervisor', 'output'] as const).filter((name) => values[name] === undefined);
  const written = names.map((name) => remedies[name]).join(' ');
  const set = names.map((name) => `${name}=…`).join(' ');
  const message = `${names.map((name) => `no ${name}`).join(' and ')} is given`;
  return { kind: 'usage-wrong', message, hint: `write ${written}, or set ${set} in ~/.mkve/bundle-config` };
}

function wrong(message: string, hint?: string): Result<never, Failure> {
  return err(hint === undefined ? { kind: 'usage-wrong', message } : { kind: 'usage-wrong', message, hint });
}
