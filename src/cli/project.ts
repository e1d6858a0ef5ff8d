import { dirname, resolve } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import type { PackageSource } from '../graph/index.js';
import { type LoadedConfig, type LoadedTemplate, outputFor } from '../mkvefile/index.js';
import { hostArchitecture, hostSuite, packageSource, type SourceOptions } from '../packages/index.js';
import type { Failure, Problem } from '../report/index.js';
import {
  type Compiled,
  compile,
  readInlineTemplate,
  readNativeTemplate,
  type TargetRequest,
  type TemplateReading,
} from '../template/index.js';
import { type Host, stockHookDirectory } from './host.js';

/** What a configuration compiles to, with what its author should know. */
export interface Project extends Compiled {
  readonly warnings: readonly Problem[];
}

/** Reads all templates of an mkvefile and compiles them; every mistake of every template at once. */
export function compileProject(file: string, config: LoadedConfig, host: Host): Result<Project, Failure> {
  const source = sourceFor(config.packages === 'auto' ? {} : config.packages, host);
  if (!source.ok) return source;
  const problems: Problem[] = [];
  const targets = config.templates.flatMap((template) => {
    const reading = readTemplate(file, config, template);
    if (!reading.ok) {
      problems.push(...reading.error.map((problem) => inTemplate(template, problem)));
      return [];
    }
    problems.push(...reading.value.warnings.map((problem) => inTemplate(template, problem)));
    problems.push(...unsupported(file, template, reading.value));
    return targetsOf(template, reading.value, source.value);
  });
  if (problems.some(({ severity }) => severity === 'error')) {
    return err({ kind: 'config-invalid', what: file, problems });
  }
  const compiled = compile({
    targets,
    source: source.value,
    sets: config,
    sign: config.sign,
    ...epochOf(config, host),
  });
  return ok({ ...compiled, warnings: problems });
}

/** Where packages come from, with the host's own apt configuration for what is left out. */
export function sourceFor(options: SourceOptions, host: Host): Result<PackageSource, Failure> {
  return packageSource(options, {
    aptDirectory: '/etc/apt',
    suite: hostSuite(),
    architecture: hostArchitecture(host.architecture),
  });
}

/** The reproducible-builds variable counts where the mkvefile says nothing. */
export function epochOf(
  config: { readonly sourceDateEpoch?: number },
  host: Host,
): { readonly sourceDateEpoch?: number } {
  if (config.sourceDateEpoch !== undefined) return { sourceDateEpoch: config.sourceDateEpoch };
  const given = host.env['SOURCE_DATE_EPOCH'];
  return given !== undefined && /^\d{1,15}$/.test(given) ? { sourceDateEpoch: Number(given) } : {};
}

function readTemplate(
  file: string,
  config: LoadedConfig,
  template: LoadedTemplate,
): Result<TemplateReading, readonly Problem[]> {
  const places = { hookDirectories: config.hooks, stockHookDirectory: stockHookDirectory() };
  const { name } = template;
  if (template.kind === 'native')
    return readNativeTemplate({ directory: template.directory, name, ...places });
  return readInlineTemplate({
    name,
    template: template.template,
    baseDirectory: dirname(resolve(file)),
    mkvefile: file,
    keyPath: template.keyPath,
    ...places,
  });
}

function targetsOf(
  template: LoadedTemplate,
  reading: TemplateReading,
  source: PackageSource,
): readonly TargetRequest[] {
  const chosen = template.kind === 'native' ? template.hypervisors : undefined;
  return reading.targets
    .filter(({ hypervisor }) => chosen === undefined || chosen.includes(hypervisor))
    .map((resolved) => {
      const { name, hypervisor, version } = resolved;
      const output = outputFor(template.output, { name, hypervisor, version, arch: source.architecture });
      const { network, pack } = template;
      return { template: resolved, output, network, ...(pack === undefined ? {} : { pack }) };
    });
}

/** Hypervisors that the mkvefile wants and the native template does not list; hooks named for nothing. */
function unsupported(file: string, template: LoadedTemplate, reading: TemplateReading): readonly Problem[] {
  const listed = reading.targets.map(({ hypervisor }) => hypervisor);
  const wanted = template.kind === 'native' ? (template.hypervisors ?? []) : [];
  const strangers = wanted
    .filter((hypervisor) => !listed.includes(hypervisor))
    .map((hypervisor): Problem => {
      const message = `${template.keyPath}.hypervisors: the template does not list '${hypervisor}', it has ${listed.join(', ')}`;
      return { file, message, severity: 'error' };
    });
  const hooks = new Set(reading.targets.flatMap((target) => target.hooks.map(({ name }) => name)));
  const idle = template.network
    .filter((name) => !hooks.has(name))
    .map((name): Problem => {
      const message = `${template.keyPath}.network: no hypervisor of the template runs a hook '${name}'`;
      return { file, message, severity: 'error' };
    });
  return [...strangers, ...idle];
}

function inTemplate(template: LoadedTemplate, problem: Problem): Problem {
  if (template.kind === 'inline') return problem;
  return problem.file.startsWith('/')
    ? problem
    : { ...problem, file: `${template.directory}/${problem.file}` };
}
