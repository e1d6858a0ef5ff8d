import type { Stats } from 'node:fs';
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
import { type FinishedRun, problemOfStatus, reportMissing, warningsOf } from './bundle-problems.js';
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

/** Bytes: whatever it prints is shown to its user. */
const MOST_OUTPUT = 1024 * 1024;

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
  const found = await lookAt(request.file);
  if (found === 'nothing') return ok({ settings: {}, warnings: [], printed: '' });
  if (found === 'no-file') return err(invalid(request.file, [noFile(request.file)]));
  const { BASH_ENV: _runsBeforeTheScript, ...env } = request.env;
  const outcome = await request.runner.run({
    argv: ['bash', '--noprofile', '--norc', '-c', BUNDLE_CONFIG_SCRIPT, 'bundle-config', request.file],
    cwd: request.cwd,
    env,
    mostOutput: MOST_OUTPUT,
    endsWith: 'program',
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
  const warnings = [...warningsOf(failed, run), ...misspelt];
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
  if (outcome.kind === 'killed' && outcome.flooded) {
    const message = `printed more than ${MOST_OUTPUT / 1024 / 1024} MiB, and was ended`;
    return { file: run.file, message, hint: 'look for a loop without an end', severity: 'error' };
  }
  if (outcome.kind === 'killed') {
    return { file: run.file, message: `was ended by the signal ${outcome.signal}`, severity: 'error' };
  }
  return assertNever(outcome);
}

/** Bash would wait for a writer of a FIFO, and read a device without end. */
async function lookAt(file: string): Promise<'file' | 'nothing' | 'no-file'> {
  try {
    const found = await stat(file);
    if (isNullDevice(found)) return 'nothing';
    // A directory is refused by bash, in its own words.
    return found.isFile() || found.isDirectory() ? 'file' : 'no-file';
  } catch (thrown) {
    return hasErrorCode(thrown, 'ENOENT', 'ENOTDIR') ? 'nothing' : 'file';
  }
}

/** A link to /dev/null is how people switch a configuration off (Linux, admin-guide/devices.txt: 1, 3). */
function isNullDevice(found: Stats): boolean {
  return found.isCharacterDevice() && found.rdev === 0x103;
}

function noFile(file: string): Problem {
  const message = 'expected a file with a bash program, found something else';
  return { file, message, hint: 'put a file in its place, or remove it', severity: 'error' };
}

function bashMissing(): Failure {
  const why = 'bundle-config is a bash program';
  return { kind: 'host-lacks', needs: [{ what: 'bash', why, remedy: 'apt-get install bash' }] };
}

function invalid(file: string, problems: readonly Problem[]): Failure {
  return { kind: 'config-invalid', what: file, problems };
}
