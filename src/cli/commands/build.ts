import { err, ok, type Result } from '../../base/index.js';
import { type StepId, selectTargets, type Target } from '../../graph/index.js';
import type { Failure } from '../../report/index.js';
import type { DebugShell } from '../debug-shell.js';
import { type Command, fail } from '../main.js';
import { offlineLacks } from '../offline-lacks.js';
import { openProject } from '../open-project.js';
import { allOf, has, type mkveCommands, type OptionNames, type ParsedOptions } from '../options/index.js';
import type { Project } from '../project.js';
import { reasonsOf, reportingOf, withReporter } from '../reporters.js';
import { forcedSteps, runBuild } from '../run-build.js';
import { printPlan } from './print-plan.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.build.options>>;

/** `mkve build` */
export async function buildCommand(command: Command, options: Options): Promise<number> {
  if (!has(options, 'debug-shell')) return buildOnce(command, options);
  const { streams } = command;
  if (has(options, 'json')) return fail('mkve', { kind: 'usage-wrong', message: JSON_AND_SHELL }, streams);
  const { withDebugShells } = await import('../debug-shell.js');
  const built = await withDebugShells(command, (debug) => buildOnce(command, options, debug));
  return built.ok ? built.value : fail('mkve', built.error, streams);
}

const JSON_AND_SHELL = '--json and --debug-shell exclude each other: programs do not use shells';

/** @param debug opens shells where steps fail */
async function buildOnce(command: Command, options: Options, debug?: DebugShell): Promise<number> {
  const { streams, signal, host } = command;
  const project = await openProject(command, options, { debug });
  if (!project.ok) return fail('mkve', project.error, streams);
  const { session, jobs, lock } = project.value;
  const chosen = chooseTargets(project.value.targets, options.operands);
  if (!chosen.ok) return fail('mkve', chosen.error, streams);
  const force = chooseForced(project.value, allOf(options, 'force'));
  if (!force.ok) return fail('mkve', force.error, streams);
  const forced = force.value;
  const wanted = chosen.value.map(({ step }) => step);
  const outdated = has(options, 'locked') ? lock.outdated(wanted) : undefined;
  if (outdated !== undefined) return fail('mkve', outdated, streams);
  const graph = await lock.graphFor(wanted, session.store.blobs, has(options, 'locked') ? 'require' : 'keep');
  try {
    const lacks = has(options, 'offline')
      ? await offlineLacks({ graph, wanted, forced }, session)
      : undefined;
    if (lacks !== undefined) return fail('mkve', lacks, streams);
    if (has(options, 'dry-run')) {
      await printPlan({ graph, session, targets: chosen.value, forced, format: formatOf(options), streams });
      return 0;
    }
    const built = await withReporter(
      command,
      { ...reportingOf(options), reasons: reasonsOf(options) },
      (reporter, screen) => {
        debug?.use(screen);
        return runBuild({
          graph,
          targets: chosen.value,
          session,
          ...(has(options, 'locked') ? {} : { lock }),
          reporter,
          jobs,
          onFailure: has(options, 'keep-going') ? 'keep-going' : 'stop',
          forced,
          signal,
          now: host.now,
        });
      },
    );
    return built.ok ? built.value : fail('mkve', built.error, streams);
  } finally {
    await session.close();
  }
}

/** The targets that patterns name, or what is wrong with the patterns. */
export function chooseTargets(
  targets: readonly Target[],
  patterns: readonly string[],
): Result<readonly Target[], Failure> {
  const selection = selectTargets(targets, patterns);
  const [wanted] = selection.unmatched;
  if (wanted !== undefined) {
    return err({ kind: 'target-unknown', wanted, known: targets.map(({ name }) => name) });
  }
  return ok(selection.targets);
}

/** The steps to run again. A pattern without any is a mistake, as a target would be: it would be taken for done. */
function chooseForced(
  { graph, targets }: Project,
  patterns: readonly string[],
): Result<ReadonlySet<StepId>, Failure> {
  const idle = patterns.find((pattern) => forcedSteps(graph, [pattern]).size === 0);
  if (idle === undefined) return ok(forcedSteps(graph, patterns));
  return err({ kind: 'target-unknown', wanted: idle, known: targets.map(({ name }) => name) });
}

export function formatOf(options: ParsedOptions<'json'>): 'plain' | 'json' {
  return has(options, 'json') ? 'json' : 'plain';
}
