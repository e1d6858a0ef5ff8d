import { stat } from 'node:fs/promises';

import {
  assertNever,
  type CommandOutcome,
  type CommandRunner,
  err,
  hasErrorCode,
  ok,
  type Result,
} from '../base/index.js';
import type { Failure, Problem } from '../report/index.js';
import { BUNDLE_CONFIG_SCRIPT } from './bundle-config-script.js';
import { type FinishedRun, problemOfStatus, reportMissing, warningOf } from './bundle-problems.js';
import { type BundleReport, parseBundleReport } from './bundle-report.js';
import { type BundleConfig, misspeltVariables, settingsOf } from './bundle-settings.js';

export interface BundleConfigRequest {
  /** Absolute path, usually `~/.mkve/bundle-config`. */
  readonly file: string;
  /** Where relative paths in it start from. */
  readonly cwd: string;
  /** The config's environment: HOME for tildes, PATH for its commands. */
  readonly env: Readonly<Record<string, string>>;
  readonly runner: CommandRunner;
  readonly signal?: AbortSignal;
}

export interface LoadedBundleConfig {
  readonly settings: BundleConfig;
  readonly warnings: readonly Problem[];
  /** What the config itself printed, to either stream: for its user to see. */
  readonly printed: string;
}

/**
 * Runs a bundle-config by bash and reads the options it sets. No file is no config.
 */
export async function loadBundleConfig(
  request: BundleConfigRequest,
): Promise<Result<LoadedBundleConfig, Failure>> {
  if (!(await exists(request.file))) return ok({ settings: {}, warnings: [], printed: '' });
  const { BASH_ENV: _runsBeforeTheScript, ...env } = request.env;
  const outcome = await request.runner.run({
    argv: ['bash', '--noprofile', '--norc', '-c', BUNDLE_CONFIG_SCRIPT, 'bundle-config', request.file],
    cwd: request.cwd,
    env,
    ...(request.signal && { signal: request.signal }),
  });
  if (request.signal?.aborted) return err({ kind: 'cancelled' });
  if (outcome.kind === 'not-found') return err(bashMissing());
  const printed = outcome.stderr.toString('utf8');
  const report = parseBundleReport(outcome.stdout);
  const run: FinishedRun = { file: request.file, printed, report };
  const ending = endingOf(outcome, run);
  if (ending !== undefined) return err(invalid(request.file, [ending]));
  return report === undefined ? err(invalid(request.file, [reportMissing(run)])) : accept(run, report);
}

function accept(run: FinishedRun, report: BundleReport): Result<LoadedBundleConfig, Failure> {
  const mistakes: string[] = [];
  const settings = settingsOf(report, mistakes);
  if (mistakes.length > 0) {
    return err(
      invalid(
        run.file,
        mistakes.map((message) => ({ file: run.file, message, severity: 'error' })),
      ),
    );
  }
  const misspelt = misspeltVariables(report).map(({ written, meant }): Problem => {
    const message = `the variable ${written} means nothing to mkve-bundle`;
    return { file: run.file, message, hint: `did you mean ${meant}?`, severity: 'warning' };
  });
  const failed = report.failed.filter((command) => command.file === run.file);
  const warnings = [...failed.map((command) => warningOf(command, run)), ...misspelt];
  return ok({ settings, warnings, printed: run.printed });
}

/** The problem when a config ended badly. */
function endingOf(
  outcome: Exclude<CommandOutcome, { kind: 'not-found' }>,
  run: FinishedRun,
): Problem | undefined {
  if (outcome.kind === 'exited') {
    return outcome.status === 0 ? undefined : problemOfStatus(outcome.status, run);
  }
  if (outcome.kind === 'killed') {
    return { file: run.file, message: `was ended by the signal ${outcome.signal}`, severity: 'error' };
  }
  return assertNever(outcome);
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (thrown) {
    return !hasErrorCode(thrown, 'ENOENT', 'ENOTDIR');
  }
}

function bashMissing(): Failure {
  const why = 'bundle-config is a bash program';
  return { kind: 'host-lacks', needs: [{ what: 'bash', why, remedy: 'apt-get install bash' }] };
}

function invalid(file: string, problems: readonly Problem[]): Failure {
  return { kind: 'config-invalid', what: file, problems };
}
