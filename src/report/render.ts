import { assertNever } from '../base/index.js';
import type { CommandFailed, Failure, HostNeed, TreeUnreadable } from './failure.js';
import { count, formatArgv, formatSize } from './format.js';
import type { Problem } from './problem.js';
import { visibleName } from './visible.js';

/** A failure in words: one sentence, then the facts that help, then how to mend it. */
export interface Rendered {
  readonly headline: string;
  /** Lines that stand indented below it. */
  readonly details: readonly string[];
}

/** @param output `apart`: the whole output is shown as well, so its last lines need not be */
export function renderFailure(failure: Failure, output: 'last-lines' | 'apart' = 'last-lines'): Rendered {
  switch (failure.kind) {
    case 'usage-wrong':
      return { headline: failure.message, details: hintLines(failure.hint) };
    case 'config-invalid':
      return {
        headline: `${failure.what} has ${count(failure.problems.filter(isError).length, 'mistake')}`,
        details: atMost(MOST_SHOWN, failure.problems, renderProblem),
      };
    case 'target-unknown':
      return {
        headline: `there is no target or step '${failure.wanted}'`,
        details: [`known targets: ${failure.known.join(', ') || 'none'}`],
      };
    case 'command-failed':
      return renderCommand(failure, output);
    case 'package-not-found':
      return {
        headline: `suite ${failure.suite} has no package ${failure.packages.join(', ')}`,
        details: [...failure.detail.split('\n'), ...servicesHint(failure.packages)],
      };
    case 'packages-conflicted':
      return { headline: 'the packages cannot be installed together', details: failure.detail.split('\n') };
    case 'mirror-unreachable':
      return {
        headline: `the package lists could not be fetched from ${failure.urls.join(', ')}`,
        details: [failure.detail],
      };
    case 'repository-untrusted':
      return {
        headline: `the signature of the repository ${failure.url} is not good`,
        details: [failure.detail, ...hintLines('name its key file in the mkvefile, keyrings: [FILE]')],
      };
    case 'download-failed':
      return {
        headline: `could not download ${failure.urls.join(', ')}`,
        details: [failure.detail, ...hintLines('if the mirror has moved on: mkve update')],
      };
    case 'packages-gone':
      return {
        headline: `${count(failure.packages.length, 'package')} that the build is locked to ${
          failure.packages.length === 1 ? 'is' : 'are'
        } gone from the repository: ${failure.packages.join(', ')}`,
        details: hintLines('mkve update moves to what the repository has now (mkve-bundle: --update)'),
      };
    case 'offline-lacks':
      return {
        headline: 'the build needs what the store lacks, and --offline forbids to fetch it',
        details: failure.missing,
      };
    case 'lock-outdated':
      return {
        headline: `${failure.file} would change, and --locked forbids it`,
        details: [...failure.changes, ...hintLines('build without --locked, and look at what changed')],
      };
    case 'input-changed':
      return { headline: `${failure.file} changed while it was used; build again`, details: [] };
    case 'input-unreadable':
      return { headline: `cannot read ${failure.file}: ${failure.detail}`, details: [] };
    case 'copy-refused':
      return { headline: `cannot copy: ${failure.detail}`, details: [] };
    case 'tree-unreadable':
      return renderUnreadable(failure);
    case 'signing-failed':
      return { headline: `the bundle was not signed: ${failure.detail}`, details: hintLines(failure.hint) };
    case 'output-unwritable':
      return { headline: `cannot write ${failure.path}: ${failure.detail}`, details: [] };
    case 'verification-failed':
      return {
        headline: `${failure.file} has ${count(failure.faults.length, 'fault')}`,
        details: atMost(MOST_SHOWN, failure.faults, (fault) => [fault]),
      };
    case 'store-broken':
      return {
        headline: `the store cannot be used: ${failure.path}: ${failure.detail}`,
        details: hintLines(failure.hint),
      };
    case 'store-damaged':
      return { headline: `the store was damaged: ${failure.detail}`, details: hintLines('build again') };
    case 'system-refused':
      return { headline: `the system refused: ${failure.detail}`, details: hintLines(failure.hint) };
    case 'rootfs-unusable':
      return { headline: `nothing can run in the root file system: ${failure.detail}`, details: [] };
    case 'limit-exceeded':
      return {
        headline: `${failure.what} wrote more than the ${formatSize(failure.bytes)} that a step may`,
        details: hintLines(`where it has to write so much, raise limits.${failure.limit} in the mkvefile`),
      };
    case 'path-too-long':
      return {
        headline: `it left a path of more than ${failure.mostBytes} bytes, which few programs could read`,
        details: [`it begins with ${failure.path.slice(0, MOST_CHARACTERS)}`],
      };
    case 'host-lacks':
      return { headline: hostHeadline(failure.needs), details: needLines(failure.needs) };
    case 'backend-unable':
      return { headline: `${failure.backend}: ${failure.detail}`, details: hintLines(failure.hint) };
    case 'worker-died':
      return { headline: `a worker process ended unexpectedly: ${failure.detail}`, details: [] };
    case 'cancelled':
      return { headline: 'cancelled', details: [] };
    default:
      return assertNever(failure);
  }
}

/** SPEC section 3: 1 a step failed, 2 usage or configuration, 3 locked, 4 verification, 5 store, 6 privilege or host tool. */
export function exitStatusOf(failure: Failure): number {
  switch (failure.kind) {
    case 'usage-wrong':
    case 'config-invalid':
    case 'target-unknown':
      return 2;
    case 'verification-failed':
      return 4;
    case 'store-broken':
    case 'store-damaged':
    case 'system-refused':
      return 5;
    case 'lock-outdated':
      return 3;
    case 'host-lacks':
      return 6;
    case 'cancelled':
      return 130;
    case 'command-failed':
    case 'package-not-found':
    case 'packages-conflicted':
    case 'mirror-unreachable':
    case 'repository-untrusted':
    case 'download-failed':
    case 'packages-gone':
    case 'offline-lacks':
    case 'input-changed':
    case 'input-unreadable':
    case 'copy-refused':
    case 'tree-unreadable':
    case 'signing-failed':
    case 'output-unwritable':
    case 'worker-died':
    case 'rootfs-unusable':
    case 'limit-exceeded':
    case 'path-too-long':
    case 'backend-unable':
      return 1;
    default:
      return assertNever(failure);
  }
}

/** `file:line: message`, and the remedy on a line of its own. */
export function renderProblem(problem: Problem): readonly string[] {
  const file = visibleName(problem.file);
  const place = problem.line === undefined ? file : `${file}:${problem.line}`;
  const severity = problem.severity === 'warning' ? 'warning: ' : '';
  const line = `${place}: ${severity}${problem.message}`;
  return problem.hint === undefined ? [line] : [line, `    ${problem.hint}`];
}

function renderCommand(failure: CommandFailed, shown: 'last-lines' | 'apart'): Rendered {
  const { what, argv, ending, hint } = failure;
  const how = 'status' in ending ? `failed with status ${ending.status}` : `was ended by ${ending.signal}`;
  const output = shown === 'apart' ? [] : lastLinesOf(failure);
  return {
    headline: `${what} ${how}`,
    details: [`command: ${formatArgv(argv)}`, ...output, ...hintLines(hint)],
  };
}

function lastLinesOf({ lastLines }: CommandFailed): readonly string[] {
  if (lastLines.length === 0) return ['it wrote nothing'];
  return ['its last lines:', ...lastLines.map((line) => `  ${line}`)];
}

const MOST_PATHS = 20;
/** Characters of a path that is too long. */
const MOST_CHARACTERS = 200;
/** Mistakes and faults in full: nobody reads on, and a hostile file can have millions of them. */
const MOST_SHOWN = 50;

function atMost<T>(
  most: number,
  things: readonly T[],
  lines: (thing: T) => readonly string[],
): readonly string[] {
  const more = things.length - most;
  return [...things.slice(0, most).flatMap(lines), ...(more > 0 ? [`and ${more} more`] : [])];
}

function renderUnreadable({ directory, paths }: TreeUnreadable): Rendered {
  return {
    headline: `${directory} can only partly be read: ${count(paths.length, 'path')} cannot`,
    details: [
      ...atMost(MOST_PATHS, paths, ({ path, reason }) => [`${path}: ${reason}`]),
      ...hintLines(
        'pack it as a user who may read all of it, such as root, or leave these out with --exclude',
      ),
    ],
  };
}

/** The two remedies for a name that is a real package on ALT Linux only. */
function servicesHint(packages: readonly string[]): readonly string[] {
  const sets = packages.filter((name) => name.startsWith('ve-'));
  if (sets.length === 0) return [];
  const keys = sets.map((name) =>
    name.startsWith('ve-hypervisor-') ? `hypervisors['${name.slice(14)}']` : `services['${name.slice(3)}']`,
  );
  return hintLines(
    `say in the mkvefile what it means here (${keys.join(', ')}), or list the real packages instead`,
  );
}

function hostHeadline(needs: readonly HostNeed[]): string {
  return `this machine lacks ${needs.map(({ what }) => what).join(', ')}`;
}

function needLines(needs: readonly HostNeed[]): readonly string[] {
  return [
    ...needs.map(({ what, why, remedy }) => `${what} (${why}): ${remedy}`),
    ...hintLines('mkve doctor shows what else is missing, and mkve doctor --fix brings what it can'),
  ];
}

function hintLines(hint: string | undefined): readonly string[] {
  return hint === undefined ? [] : [`hint: ${hint}`];
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}
