import { closeSync, openSync, writeSync } from 'node:fs';

import { err, messageOf, ok, type Result } from '../base/index.js';
import {
  type Failure,
  type Folding,
  githubFolding,
  gitlabFolding,
  HeldReporter,
  JsonReporter,
  loadDisplay,
  PlainReporter,
  painter,
  type Reporter,
  TeeReporter,
  TerminalReporter,
  type Verbosity,
} from '../report/index.js';
import { type Appearance, appearanceOf } from './appearance.js';
import type { Command } from './main.js';
import { has, type ParsedOptions } from './options/index.js';
import { attachTerminal, processClock, standardTerminal } from './standard-terminal.js';

interface ReporterRequest {
  readonly format: 'plain' | 'json';
  readonly verbosity: Verbosity;
  readonly colors: 'auto' | 'never';
  /** Whether the reason stands beside each step that runs. */
  readonly reasons?: 'shown' | 'hidden';
  /** Absolute path of a file that gets everything as well. */
  readonly logfile?: string;
}

/** What shows how work goes, as far as others must know of it. */
export interface Screen {
  /** Leaves the terminal to somebody else: nothing is shown until `letGo`. */
  hold(): void;
  letGo(): void;
}

interface OpenReporter extends Screen {
  readonly reporter: Reporter;
  /** Leaves the terminal as it was. */
  close(): void;
}

/** Gives work the reporter that the options, the environment and the terminal ask for. */
export async function withReporter<T>(
  command: Command,
  request: ReporterRequest,
  work: (reporter: Reporter, screen: Screen) => Promise<T>,
): Promise<Result<T, Failure>> {
  const opened = openReporter(command, request);
  if (!opened.ok) return opened;
  try {
    return ok(await work(opened.value.reporter, opened.value));
  } finally {
    opened.value.close();
  }
}

function openReporter(command: Command, request: ReporterRequest): Result<OpenReporter, Failure> {
  const { logfile } = request;
  if (logfile === undefined) return ok(openScreen(command, request));
  let file: number;
  try {
    file = openSync(logfile, 'w');
  } catch (thrown) {
    return err({ kind: 'output-unwritable', path: logfile, detail: messageOf(thrown) });
  }
  const write = (line: string) => writeSync(file, `${line}\n`);
  const log = new PlainReporter({ verbosity: 'verbose', out: write, err: write });
  const screen = openScreen(command, request);
  const close = () => {
    screen.close();
    closeSync(file);
  };
  return ok({ ...screen, reporter: new TeeReporter([screen.reporter, log]), close });
}

function openScreen({ host, streams }: Command, request: ReporterRequest): OpenReporter {
  const { format, verbosity, colors, reasons = 'hidden' } = request;
  const { reporters } = streams;
  const close = () => undefined;
  if (format === 'json') return holding(new JsonReporter(reporters.out), { close });
  const output = process.stdout.isTTY ? 'terminal' : 'other';
  const appearance = appearanceOf({ env: host.env, output, colors });
  const paint = painter(appearance.colors);
  if (appearance.display === 'lines' || verbosity === 'quiet') {
    const folding = foldingFor(appearance.folding);
    const plain = { verbosity, reasons, paint, ...reporters, ...(folding === undefined ? {} : { folding }) };
    return holding(new PlainReporter(plain), { close });
  }
  const reporter = new TerminalReporter({
    terminal: standardTerminal(),
    clock: processClock,
    verbosity,
    reasons,
    paint,
    loadDisplay,
    ...(process.stderr.isTTY ? {} : { err: reporters.err }),
  });
  return holding(reporter, { close: attachTerminal(reporter), display: reporter });
}

/** Events wait while the terminal is somebody else's. */
function holding(
  inner: Reporter,
  { close, display }: { readonly close: () => void; readonly display?: Screen },
): OpenReporter {
  const reporter = new HeldReporter(inner);
  return {
    reporter,
    hold: () => {
      reporter.hold();
      display?.hold();
    },
    letGo: () => {
      display?.letGo();
      reporter.letGo();
    },
    close: () => {
      reporter.letGo();
      close();
    },
  };
}

function foldingFor(folding: Appearance['folding']): Folding | undefined {
  if (folding === 'none') return undefined;
  return folding === 'github' ? githubFolding : gitlabFolding(() => Date.now() / 1000);
}

/** What the options of a command of mkve ask for. */
export function reportingOf(
  options: ParsedOptions<'json' | 'no-color' | 'verbose' | 'quiet'>,
): ReporterRequest {
  return {
    format: has(options, 'json') ? 'json' : 'plain',
    verbosity: has(options, 'quiet') ? 'quiet' : has(options, 'verbose') ? 'verbose' : 'normal',
    colors: has(options, 'no-color') ? 'never' : 'auto',
  };
}

/** `--explain` has the reason said beside each step that runs. */
export function reasonsOf(options: ParsedOptions<'explain'>): 'shown' | 'hidden' {
  return has(options, 'explain') ? 'shown' : 'hidden';
}
