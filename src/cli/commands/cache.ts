import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

import { bug, ok, type Result } from '../../base/index.js';
import type { PackageSource, StepId } from '../../graph/index.js';
import type { Failure } from '../../report/index.js';
import { type Compiled, compileCache, lineagesOf } from '../../template/index.js';
import { type CacheArguments, readCacheArguments } from '../cache-arguments.js';
import { readWork } from '../cache-work.js';
import { mkveVersion } from '../host.js';
import { type Command, fail } from '../main.js';
import {
  has,
  type MkveCacheOption,
  mkveCacheHelp,
  mkveCacheOptions,
  type OrderedOptions,
  parseOrdered,
  renderHelp,
} from '../options/index.js';
import { outputFault } from '../output-place.js';
import { epochOf, sourceFor } from '../project.js';
import { withReporter } from '../reporters.js';
import { runBuild } from '../run-build.js';
import { openSession, type Session } from '../session.js';
import { lockSingleRun } from '../single-run-lock.js';
import { backendOptions } from '../source-arguments.js';
import { compileDirectory, toolsForTarify } from './tarify.js';

const NAME = 'mkve-cache';

/** A root file system with packages in an archive: no template, no bundle. */
export async function cacheCommand(command: Command, argv: readonly string[]): Promise<number> {
  const { streams } = command;
  const given = parseOrdered(mkveCacheOptions, argv);
  if (!given.ok) return fail(NAME, given.error, streams);
  if (has(given.value, 'help')) streams.out(renderHelp(mkveCacheHelp).trimEnd());
  else if (has(given.value, 'version')) streams.out(`${NAME} ${mkveVersion()}`);
  else return run(command, given.value);
  return 0;
}

interface BuildPlan extends Compiled {
  readonly source: PackageSource;
}

async function run(command: Command, given: OrderedOptions<MkveCacheOption>): Promise<number> {
  const { host, streams } = command;
  const temporary = resolve(host.cwd, host.env['TMPDIR'] || '/tmp');
  const request = readCacheArguments(given, { cwd: host.cwd, temporary });
  if (!request.ok) return fail(NAME, request.error, streams);
  const { output } = request.value.archive;
  const fault = outputFault(output);
  if (fault !== undefined) return fail(NAME, fault, streams);
  // What is built from packages is known before any store is opened; a directory is scanned with the store at hand.
  const known = request.value.kind === 'build' ? compileBuild(request.value, command) : undefined;
  if (known?.ok === false) return fail(NAME, known.error, streams);
  const session = await openSession({
    host,
    cacheDirectory: undefined,
    scope: output,
    lineages: known === undefined ? new Map() : lineagesOf(known.value.graph, known.value.targets),
    jobs: availableParallelism(),
    signing: 'none',
    ...(known === undefined ? {} : { source: known.value.source }),
    ...(request.value.kind === 'tarify'
      ? { tools: toolsForTarify(host.caller) }
      : { network: request.value.locking.network }),
  });
  if (!session.ok) return fail(NAME, session.error, streams);
  // From here: the tree of a directory is put into the store before its build begins.
  const leave = session.value.store.running.enter();
  try {
    return await buildWith(session.value, { request: request.value, known: known?.value, command });
  } finally {
    await leave();
    await session.value.close();
  }
}

async function buildWith(
  session: Session,
  at: { readonly request: CacheArguments; readonly known: Compiled | undefined; readonly command: Command },
): Promise<number> {
  const { request, known, command } = at;
  if (request.kind === 'build')
    return build(known ?? bug('nothing was compiled'), { request, command, session });
  const compiled = await compileDirectory(request, command, session);
  if (!compiled.ok) return fail(NAME, compiled.error, command.streams);
  return build(compiled.value, { request, command, session });
}

function compileBuild(
  request: Extract<CacheArguments, { kind: 'build' }>,
  { host, streams }: Command,
): Result<BuildPlan, Failure> {
  const work = readWork(request.work, { cwd: host.cwd, warn: streams.err });
  if (!work.ok) return work;
  const { packages, archive } = request;
  const options = backendOptions(request.source, host.cwd);
  if (!options.ok) return options;
  const source = sourceFor(options.value, host);
  if (!source.ok) return source;
  const epoch = epochOf({}, host);
  const compiled = compileCache({ ...archive, source: source.value, packages, work: work.value, ...epoch });
  return ok({ ...compiled, source: source.value });
}

async function build(
  compiled: Compiled,
  at: { readonly request: CacheArguments; readonly command: Command; readonly session: Session },
): Promise<number> {
  const { request, command, session } = at;
  const { host, streams, signal } = command;
  // What is packed from a directory has no packages to lock.
  const locked =
    request.kind === 'build'
      ? await lockSingleRun(compiled, request.locking, { session, scope: request.archive.output })
      : ok({ graph: compiled.graph, forced: new Set<StepId>() });
  if (!locked.ok) return fail(NAME, locked.error, streams);
  const { verbosity, logfile } = request;
  const reporting = { format: 'plain', verbosity, colors: 'auto' } as const;
  const built = await withReporter(
    command,
    logfile === undefined ? reporting : { ...reporting, logfile },
    (reporter) =>
      runBuild({
        ...locked.value,
        targets: compiled.targets,
        session,
        reporter,
        jobs: availableParallelism(),
        onFailure: 'stop',
        signal,
        now: host.now,
      }),
  );
  return built.ok ? built.value : fail(NAME, built.error, streams);
}
