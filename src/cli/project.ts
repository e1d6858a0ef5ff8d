import { dirname, resolve } from 'node:path';

import { err, ok, type Result } from '../base/index.js';
import { filesOf, isTargetMeant, type PackageSource } from '../graph/index.js';
import { type LoadedConfig, type LoadedTemplate, outputFor } from '../mkvefile/index.js';
import { type BackendOptions, readSource } from '../packages/index.js';
import type { Failure, Problem } from '../report/index.js';
import {
  type Compiled,
  compile,
  readInlineTemplate,
  readNativeTemplate,
  type TargetRequest,
  type TemplateFaults,
  type TemplateReading,
} from '../template/index.js';
import { DEFAULT_PATH, type Host, stockHookDirectory } from './host.js';

/** What a configuration compiles to, with what its author should know. */
export interface Project extends Compiled {
  readonly source: PackageSource;
  readonly warnings: readonly Problem[];
}

/** What a configuration and its templates say, as far as they could be read. */
export interface ProjectReading {
  readonly source: PackageSource;
  readonly targets: readonly TargetRequest[];
  /** Every mistake of every template, and the warnings. */
  readonly problems: readonly Problem[];
  /** Absolute paths of all that was read or looked for. */
  readonly reads: readonly string[];
}

/** Reads all templates of an mkvefile and compiles them; every mistake of every template at once. */
export function compileProject(file: string, config: LoadedConfig, host: Host): Result<Project, Failure> {
  const reading = readProject(file, config, host);
  if (!reading.ok) return reading;
  const failure = failureOf(file, reading.value);
  return failure === undefined ? ok(compileReading(reading.value, config, host)) : err(failure);
}

/** Reads all templates. What is wrong with one of them says nothing of the others. */
export function readProject(file: string, config: LoadedConfig, host: Host): Result<ProjectReading, Failure> {
  const source = sourceFor(config.packages === 'auto' ? { backend: 'auto' } : config.packages, host);
  if (!source.ok) return source;
  const problems: Problem[] = [];
  const reads: string[] = [...filesOf(source.value)];
  const targets = config.templates.flatMap((template) => {
    const reading = readTemplate(file, config, template);
    const { reads: looked } = reading.ok ? reading.value : reading.error;
    reads.push(...looked);
    const found = reading.ok ? reading.value.warnings : reading.error.problems;
    problems.push(...found.map((problem) => inTemplate(template, problem)));
    if (!reading.ok) return [];
    problems.push(...unsupported(file, template, reading.value));
    return targetsOf(template, reading.value, source.value);
  });
  // With a template that cannot be read nobody knows which targets there are.
  if (!problems.some(({ severity }) => severity === 'error'))
    problems.push(...idlePins(file, config, targets));
  return ok({ source: source.value, targets, problems, reads });
}

function idlePins(
  file: string,
  { cache }: LoadedConfig,
  targets: readonly TargetRequest[],
): readonly Problem[] {
  const names = targets.map(({ template: { name, hypervisor } }) => `${name}/${hypervisor}`);
  return (cache.pin ?? []).flatMap((pattern, index): readonly Problem[] => {
    if (names.some((name) => isTargetMeant(name, pattern))) return [];
    const message = `cache.pin[${index}]: no target matches '${pattern}'; there are ${names.join(', ')}`;
    return [{ file, message, severity: 'error' }];
  });
}

/** The failure that the mistakes are; nothing when there are only warnings. */
export function failureOf(file: string, { problems }: ProjectReading): Failure | undefined {
  const isWrong = problems.some(({ severity }) => severity === 'error');
  return isWrong ? { kind: 'config-invalid', what: file, problems } : undefined;
}

/** Compiles what could be read. */
export function compileReading(reading: ProjectReading, config: LoadedConfig, host: Host): Project {
  const { targets, source, problems } = reading;
  const compiled = compile({ targets, source, sets: config, sign: config.sign, ...epochOf(config, host) });
  return { ...compiled, source, warnings: problems.filter(({ severity }) => severity === 'warning') };
}

/** Where packages come from, with the host's own configuration for what is left out. */
export function sourceFor(options: BackendOptions, host: Host): Result<PackageSource, Failure> {
  const { architecture, home, env } = host;
  return readSource(options, { architecture, home, path: env['PATH'] ?? DEFAULT_PATH });
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

/** Reads one template of an mkvefile. */
export function readTemplate(
  file: string,
  config: LoadedConfig,
  template: LoadedTemplate,
): Result<TemplateReading, TemplateFaults> {
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
