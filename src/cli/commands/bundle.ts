import { lstatSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { loadCommandRunner } from '../../actions/index.js';
import { err, hasErrorCode, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { renderProblem } from '../../report/index.js';
import { compile, lineagesOf, readNativeTemplate } from '../../template/index.js';
import { type BundleArguments, mergeBundleArguments } from '../bundle-arguments.js';
import type { DebugShell } from '../debug-shell.js';
import { mkveVersion, stockHookDirectory } from '../host.js';
import { type Command, fail } from '../main.js';
import {
  has,
  type MkveBundleOption,
  mkveBundleHelp,
  mkveBundleOptions,
  type ParsedOptions,
  parseOptions,
  renderHelp,
} from '../options/index.js';
import { epochOf, type Project, sourceFor } from '../project.js';
import { withReporter } from '../reporters.js';
import { runBuild } from '../run-build.js';
import { openSession } from '../session.js';
import { lockSingleRun } from '../single-run-lock.js';
import { backendOptions } from '../source-arguments.js';
import { locateTemplate } from '../template-place.js';

const NAME = 'mkve-bundle';

/** The original's command line: one template, one hypervisor, one bundle. */
export async function bundleCommand(command: Command, argv: readonly string[]): Promise<number> {
  const { streams } = command;
  const given = parseOptions(mkveBundleOptions, argv);
  if (!given.ok) return fail(NAME, given.error, streams);
  if (has(given.value, 'help')) streams.out(renderHelp(mkveBundleHelp).trimEnd());
  else if (has(given.value, 'version')) streams.out(`mkve-bundle ${mkveVersion()}`);
  else return run(command, given.value);
  return 0;
}

async function run(command: Command, given: ParsedOptions<MkveBundleOption>): Promise<number> {
  const { streams } = command;
  const merged = await bundleArguments(command, given);
  if (!merged.ok) return fail(NAME, merged.error, streams);
  if (merged.value.debug === 'none') return buildOnce(command, merged.value);
  const { withDebugShells } = await import('../debug-shell.js');
  const built = await withDebugShells(command, (debug) => buildOnce(command, merged.value, debug));
  return built.ok ? built.value : fail(NAME, built.error, streams);
}

/** @param debug opens shells where steps fail */
async function buildOnce(command: Command, merged: BundleArguments, debug?: DebugShell): Promise<number> {
  const { host, streams, signal } = command;
  const place = await locateTemplate(merged.template, { cwd: host.cwd });
  if (!place.ok) return fail(NAME, place.error, streams);
  const project = compileBundle(place.value, merged, command);
  if (!project.ok) return fail(NAME, project.error, streams);
  for (const warning of project.value.warnings) for (const line of renderProblem(warning)) streams.err(line);
  const jobs = availableParallelism();
  const session = await openSession({
    host,
    cacheDirectory: undefined,
    scope: place.value,
    lineages: lineagesOf(project.value.graph, project.value.targets),
    jobs,
    signing: merged.sign,
    source: project.value.source,
    network: merged.locking.network,
    debug,
  });
  if (!session.ok) return fail(NAME, session.error, streams);
  const scope = `${place.value}\n${merged.hypervisor}`;
  const locked = await lockSingleRun(project.value, merged.locking, { session: session.value, scope });
  if (!locked.ok) {
    await session.value.close();
    return fail(NAME, locked.error, streams);
  }
  const { verbosity, logfile } = merged;
  const request = { format: 'plain', verbosity, colors: 'auto' } as const;
  try {
    const built = await withReporter(
      command,
      logfile === undefined ? request : { ...request, logfile },
      (reporter, screen) => {
        debug?.use(screen);
        return runBuild({
          ...locked.value,
          targets: project.value.targets,
          session: session.value,
          reporter,
          jobs,
          onFailure: 'stop',
          signal,
          now: host.now,
        });
      },
    );
    return built.ok ? built.value : fail(NAME, built.error, streams);
  } finally {
    await session.value.close();
  }
}

/** Also true for what is there and cannot be read, such as a symbolic link in a circle: it is no mistake to be passed over. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (thrown) {
    return !hasErrorCode(thrown, 'ENOTDIR');
  }
}

/** The command line over `~/.mkve/bundle-config`. */
async function bundleArguments(
  { host, streams, signal }: Command,
  given: ParsedOptions<MkveBundleOption>,
): Promise<Result<BundleArguments, Failure>> {
  const file = join(host.home, '.mkve/bundle-config');
  if (!isThere(file)) return mergeBundleArguments({ given, config: {}, cwd: host.cwd });
  const { loadBundleConfig } = await import('../../mkvefile/index.js');
  const runner = await loadCommandRunner();
  const loaded = await loadBundleConfig({ file, cwd: host.cwd, env: host.env, runner, signal });
  if (!loaded.ok) return loaded;
  const { settings, warnings, printed } = loaded.value;
  if (printed.trim() !== '') streams.err(printed.trimEnd());
  for (const warning of warnings) for (const line of renderProblem(warning)) streams.err(line);
  return mergeBundleArguments({ given, config: settings, cwd: host.cwd });
}

function compileBundle(
  directory: string,
  request: BundleArguments,
  { host }: Command,
): Result<Project, Failure> {
  const reading = readNativeTemplate({
    directory,
    hookDirectories: request.hooks,
    stockHookDirectory: stockHookDirectory(),
  });
  if (!reading.ok) return err({ kind: 'config-invalid', what: directory, problems: reading.error.problems });
  const template = reading.value.targets.find(({ hypervisor }) => hypervisor === request.hypervisor);
  if (template === undefined) {
    const listed = reading.value.targets.map(({ hypervisor }) => hypervisor).join(', ');
    const message = `the template ${directory} does not support hypervisor '${request.hypervisor}'; its file hypervisors lists ${listed}`;
    return err({ kind: 'usage-wrong', message });
  }
  const options = backendOptions(request, host.cwd);
  if (!options.ok) return options;
  const source = sourceFor(options.value, host);
  if (!source.ok) return source;
  const compiled = compile({
    targets: [{ template, output: request.output, network: [] }],
    source: source.value,
    sets: { services: new Map(), hypervisors: new Map() },
    sign: request.sign === 'gpg' ? {} : false,
    ...epochOf({}, host),
  });
  return ok({ ...compiled, source: source.value, warnings: reading.value.warnings });
}
