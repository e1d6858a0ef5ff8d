import { shortened } from '../base/index.js';
import { exitStatusOf, type Failure, renderFailure, systemFailure, visible } from '../report/index.js';
import { type Host, mkveVersion, thisHost } from './host.js';
import { type Streams, standardStreams } from './streams.js';
import { watchEnd } from './watch-end.js';

/** What every command is given. */
export interface Command {
  readonly host: Host;
  readonly streams: Streams;
  /** Aborted by Ctrl-C and by signals that ask to end. */
  readonly signal: AbortSignal;
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
/** sysexits.h EX_SOFTWARE: an internal error. */
const INTERNAL_ERROR = 70;

/**
 * Runs a program's command and ends the process with its status. A first signal cancels and lets children end and
 * mounts go; a second one ends at once, and the kernel cleans up.
 */
export async function runMain(name: string, run: (command: Command) => Promise<number>): Promise<void> {
  // Modes of what hooks and packages make must not depend on who calls.
  process.umask(0o022);
  const streams = standardStreams();
  const controller = new AbortController();
  let interrupted: number | undefined;
  for (const [signal, status] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (interrupted !== undefined) process.exit(status);
      interrupted = status;
      controller.abort();
    });
  }
  const watched = watchEnd(name, {
    streams,
    isExpected: () => interrupted !== undefined,
    give: () => controller.abort(),
  });
  try {
    const status = await run({ host: thisHost(), streams: watched.streams, signal: controller.signal });
    process.exitCode = interrupted ?? watched.status() ?? status;
  } catch (thrown) {
    const refused = systemFailure(thrown);
    if (interrupted !== undefined) process.exitCode = interrupted;
    else if (refused !== undefined) process.exitCode = fail(name, refused, streams);
    else reportBug(name, thrown, streams);
  } finally {
    watched.done();
  }
}

/** Says what failed, on standard error, and answers the exit status. */
export function fail(name: string, failure: Failure, streams: Streams): number {
  const { headline, details } = renderFailure(failure);
  streams.err(visible(`${name}: ${shortened(headline, LONGEST.headline)}`));
  for (const line of details)
    streams.err(visible(`    ${shortened(line, LONGEST.detail).replaceAll('\n', '\n    ')}`));
  return exitStatusOf(failure);
}

/** Characters. What has more came out of something hostile; a headline may hold the longest path there is. */
const LONGEST = { headline: 5000, detail: 1024 };

function reportBug(name: string, thrown: unknown, streams: Streams): void {
  streams.err(`${name}: an internal error; please report it with the lines below`);
  streams.err(`    mkve ${mkveVersion()}, Node ${process.version}`);
  streams.err(`    ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
  process.exitCode = INTERNAL_ERROR;
}
