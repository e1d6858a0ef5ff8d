import { closeSync, openSync, writeSync } from 'node:fs';

import { err, messageOf, ok, type Result } from '../base/index.js';
import {
  type Failure,
  JsonReporter,
  PlainReporter,
  type Reporter,
  TeeReporter,
  type Verbosity,
} from '../report/index.js';
import type { Streams } from './streams.js';

interface ReporterRequest {
  readonly streams: Streams;
  readonly format: 'plain' | 'json';
  readonly verbosity: Verbosity;
  readonly reasons?: 'shown' | 'hidden';
  /** Absolute path of a file that gets everything as well. */
  readonly logfile?: string;
}

export interface OpenReporter {
  readonly reporter: Reporter;
  close(): void;
}

/** The reporter that the options ask for. */
export function openReporter(request: ReporterRequest): Result<OpenReporter, Failure> {
  const { streams, format, verbosity, reasons = 'hidden', logfile } = request;
  const screen =
    format === 'json' ? new JsonReporter(streams.out) : new PlainReporter({ verbosity, reasons, ...streams });
  if (logfile === undefined) return ok({ reporter: screen, close: () => undefined });
  try {
    const file = openSync(logfile, 'w');
    const write = (line: string) => writeSync(file, `${line}\n`);
    const log = new PlainReporter({ verbosity: 'verbose', out: write, err: write });
    return ok({ reporter: new TeeReporter([screen, log]), close: () => closeSync(file) });
  } catch (thrown) {
    return err({ kind: 'output-unwritable', path: logfile, detail: messageOf(thrown) });
  }
}

export function verbosityOf(given: { readonly verbose: boolean; readonly quiet: boolean }): Verbosity {
  if (given.quiet) return 'quiet';
  return given.verbose ? 'verbose' : 'normal';
}
