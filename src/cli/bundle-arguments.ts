import { resolve } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import { BACKENDS, type BundleConfig } from '../mkvefile/index.js';
import type { Failure } from '../report/index.js';
import { hypervisorNameFault } from '../template/index.js';
import { allOf, has, lastOf, type MkveBundleOption, type ParsedOptions } from './options/index.js';

/** What one run of mkve-bundle is to do, whoever said it. */
export interface BundleArguments {
  /** As given: a path, or the name of an installed template. */
  readonly template: string;
  readonly hypervisor: string;
  /** Absolute, with `.bun`. */
  readonly output: string;
  /** Absolute, in the order of the search. */
  readonly hooks: readonly string[];
  readonly sign: 'gpg' | 'none';
  /** One of `BACKENDS`; absent: `auto`. */
  readonly backend?: string;
  readonly suite?: string;
  readonly mirrors: readonly string[];
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  /** Absolute. */
  readonly logfile?: string;
  readonly arch?: string;
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
  const template = templateOf(given, config);
  if (!template.ok) return template;
  const hypervisor = hypervisorOf(given, config);
  if (!hypervisor.ok) return hypervisor;
  const output = outputOf(given, config);
  if (!output.ok) return output;
  const backend = backendOf(given, config);
  if (!backend.ok) return backend;
  const verbosity = verbosityOf(given, config);
  if (!verbosity.ok) return verbosity;
  const hooks = firstFilled(allOf(given, 'hooks'), config.hooks ?? []);
  const suite = textOf(lastOf(given, 'suite'), config.suite);
  const logfile = textOf(lastOf(given, 'logfile'), config.logfile);
  const arch = textOf(lastOf(given, 'arch'), config.arch);
  return ok({
    template: template.value,
    hypervisor: hypervisor.value,
    output: absolute(output.value),
    hooks: (hooks.length === 0 ? [STOCK_HOOK_DIRECTORY] : hooks).map(absolute),
    sign: has(given, 'force-no-sign') || config.forceNoSign === true ? 'none' : 'gpg',
    ...(backend.value !== undefined && { backend: backend.value }),
    ...(suite !== undefined && { suite }),
    mirrors: firstFilled(allOf(given, 'mirror'), config.mirrors ?? []),
    verbosity: verbosity.value,
    ...(logfile !== undefined && { logfile: absolute(logfile) }),
    ...(arch !== undefined && { arch }),
  });
}

function templateOf(given: Given, config: BundleConfig): Result<string, Failure> {
  const [operand, ...more] = given.operands;
  if (more.length > 0) {
    return wrong(`expected one template, found ${given.operands.length}: ${given.operands.join(', ')}`);
  }
  const option = textOf(lastOf(given, 'template'));
  if (operand !== undefined && option !== undefined && operand !== option) {
    return wrong(
      `the argument '${operand}' and --template '${option}' name different templates`,
      'leave one of them out',
    );
  }
  const template = textOf(operand, option, config.template);
  return template === undefined ? missing('template', 'TEMPLATE or --template T') : ok(template);
}

function hypervisorOf(given: Given, config: BundleConfig): Result<string, Failure> {
  const hypervisor = textOf(lastOf(given, 'hypervisor'), config.hypervisor);
  if (hypervisor === undefined) return missing('hypervisor', '--hypervisor HV');
  const fault = hypervisorNameFault(hypervisor);
  return fault === undefined ? ok(hypervisor) : wrong(`--hypervisor: ${fault}`);
}

function outputOf(given: Given, config: BundleConfig): Result<string, Failure> {
  const output = textOf(lastOf(given, 'output'), config.output);
  if (output === undefined) return missing('output', '--output FILE');
  if (/(?:^|\/)\.{0,2}$/.test(output))
    return wrong(`--output: expected a file, found the directory '${output}'`);
  return ok(output.endsWith('.bun') ? output : `${output}.bun`);
}

function backendOf(given: Given, config: BundleConfig): Result<string | undefined, Failure> {
  const backend = textOf(lastOf(given, 'backend'), config.backend);
  if (backend === undefined || BACKENDS.includes(backend)) return ok(backend);
  return wrong(
    `--backend: expected ${BACKENDS.join(' or ')}, which are what this version has, found '${backend}'`,
  );
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

function missing(what: string, remedy: string): Result<never, Failure> {
  return wrong(`no ${what} is given`, `write ${remedy}, or set ${what}=… in ~/.mkve/bundle-config`);
}

function wrong(message: string, hint?: string): Result<never, Failure> {
  return err(hint === undefined ? { kind: 'usage-wrong', message } : { kind: 'usage-wrong', message, hint });
}
