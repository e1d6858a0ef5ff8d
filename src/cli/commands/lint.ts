import { existsSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';

import { loadCommandRunner } from '../../actions/index.js';
import { compareCodeUnits, err, ok, type Result } from '../../base/index.js';
import { findMkvefile, type LoadedConfig, loadMkvefile } from '../../mkvefile/index.js';
import { count, type Failure, jsonRecord, type Problem, renderProblem, visible } from '../../report/index.js';
import { readNativeTemplate, type TemplateReading } from '../../template/index.js';
import { type Host, keptPlace, stockHookDirectory, toolEnvironment } from '../host.js';
import { CHECKS, type LintFinding, type LintSubject, type LintTemplate, shellcheck } from '../lint/index.js';
import { packageNamesOf } from '../lint/locked-names.js';
import { programsOf } from '../lint/rootfs-programs.js';
import { type Command, fail } from '../main.js';
import { noMkvefile } from '../open-project.js';
import { has, lastOf, type mkveCommands, type OptionNames, type ParsedOptions } from '../options/index.js';
import { compileReading, readProject, readTemplate } from '../project.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.lint.options>>;

/** What was read, and the mistakes met on the way. */
interface Lintable {
  readonly problems: readonly Problem[];
  /** Absent where nothing could be read. */
  readonly subject?: LintSubject;
}

/** `mkve lint`: all that can be found wrong without building, at once. Exit status 1 when anything is an error. */
export async function lintCommand(command: Command, options: Options): Promise<number> {
  const { host, streams, signal } = command;
  const read =
    options.operands.length > 0
      ? readDirectories(options.operands, host)
      : await readMkvefile(command, options);
  if (!read.ok) return fail('mkve', read.error, streams);
  const { problems, subject } = read.value;
  const found: LintFinding[] = problems.map((problem) => ({ ...problem, code: problem.code ?? 'template' }));
  if (subject !== undefined) {
    const scripts = shellcheck({ runner: loadCommandRunner, env: toolEnvironment(host), signal });
    for (const check of [...CHECKS, scripts]) for (const finding of await check(subject)) found.push(finding);
  }
  const sorted = unique(
    found.map((finding) => ({ ...finding, file: shownPath(finding.file, host.cwd) })),
  ).sort((a, b) => compareCodeUnits(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0));
  print(command, options, sorted);
  return sorted.some(({ severity }) => severity === 'error') ? 1 : 0;
}

function readDirectories(operands: readonly string[], host: Host): Result<Lintable, Failure> {
  const problems: Problem[] = [];
  const templates = operands.flatMap((written): readonly LintTemplate[] => {
    const directory = resolve(host.cwd, written);
    const reading = readNativeTemplate({
      directory,
      hookDirectories: [],
      stockHookDirectory: stockHookDirectory(),
    });
    const found = reading.ok ? reading.value.warnings : reading.error.problems;
    // One at a time: an argument a problem is more than a call takes, where there are a hundred thousand.
    for (const problem of found)
      problems.push(
        problem.file.startsWith('/') ? problem : { ...problem, file: `${directory}/${problem.file}` },
      );
    return [lintTemplate({ name: basename(directory), directory, file: directory }, reading)];
  });
  const subject = { ...NOTHING, templates, stockDirectory: stockHookDirectory() };
  return ok({ problems, subject });
}

async function readMkvefile({ host, signal }: Command, options: Options): Promise<Result<Lintable, Failure>> {
  const named = lastOf(options, 'file');
  const file = named === undefined ? await findMkvefile(host.cwd) : resolve(host.cwd, named);
  if (file === undefined) return err(noMkvefile(host.cwd));
  const loaded = await loadMkvefile({ file, signal, kept: keptPlace(host) });
  if (!loaded.ok) {
    const { failure } = loaded.error;
    if (failure.kind !== 'config-invalid' || !existsSync(file)) return err(failure);
    const problems = failure.problems.map((problem) => ({ ...problem, file, code: 'mkvefile' }));
    return ok({ problems });
  }
  const { config } = loaded.value;
  const reading = readProject(file, config, host);
  if (!reading.ok) return reading;
  const project = compileReading(reading.value, config, host);
  return ok({
    problems: reading.value.problems,
    subject: {
      templates: templatesOf(file, config),
      hookDirectories: config.hooks,
      stockDirectory: stockHookDirectory(),
      outputs: project.targets.map(({ output }) => output),
      hasProgram: await programsOf(file, { config, project, host }),
      packagesLacking: await packageNamesOf(file, { config, project, host, signal }),
    },
  });
}

function templatesOf(file: string, config: LoadedConfig): readonly LintTemplate[] {
  return config.templates.map((template) => {
    const directory = template.kind === 'native' ? { directory: template.directory } : {};
    return lintTemplate({ name: template.name, ...directory, file }, readTemplate(file, config, template));
  });
}

function lintTemplate(
  at: { readonly name: string; readonly directory?: string; readonly file: string },
  reading: Result<TemplateReading, unknown>,
): LintTemplate {
  const { name, directory, file } = at;
  return {
    name,
    ...(directory === undefined ? {} : { directory }),
    listedIn: (hypervisor) => (directory === undefined ? file : `${directory}/hooks-lists/${hypervisor}`),
    packagesIn: (hypervisor) =>
      directory === undefined
        ? { file, isList: false }
        : { file: `${directory}/packages-lists/${hypervisor}`, isList: true },
    targets: reading.ok ? reading.value.targets : [],
  };
}

const NOTHING = {
  hookDirectories: [],
  outputs: [],
  hasProgram: () => Promise.resolve(undefined),
  packagesLacking: () => Promise.resolve(undefined),
} satisfies Partial<LintSubject>;

/** Below the working directory as it is typed there. */
function shownPath(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return file.startsWith('/') && !path.startsWith('..') ? path : file;
}

function unique(findings: readonly LintFinding[]): LintFinding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

function print({ streams }: Command, options: Options, findings: readonly LintFinding[]): void {
  if (has(options, 'json')) {
    for (const finding of findings) streams.out(jsonRecord({ type: 'lint', ...finding }));
    return;
  }
  for (const finding of findings) {
    const [line = '', ...more] = renderProblem(finding);
    for (const text of [`${line} [${finding.code}]`, ...more]) streams.out(visible(text));
  }
  if (has(options, 'quiet')) return;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  streams.out(
    findings.length === 0 ? 'nothing found' : `${count(errors, 'error')}, ${count(warnings, 'warning')}`,
  );
}
