import { shortened } from '../base/index.js';

import type { Problem } from '../report/index.js';
import type { BundleReport, FailedCommand } from './bundle-report.js';

/** What is known of a config once bash has ended. */
export interface FinishedRun {
  readonly file: string;
  readonly printed: string;
  /** Absent when the config kept bash from printing it. */
  readonly report: BundleReport | undefined;
}

/** A config that ended with a status other than 0. */
export function problemOfStatus(status: number, run: FinishedRun): Problem {
  const said = bashMessages(run);
  const last = run.report?.failed.findLast(
    (command) => command.file === run.file && command.status === status,
  );
  const spoken = said.find((message) => last === undefined || message.line === last.line);
  const line = spoken?.line ?? last?.line;
  const words = withinLimit(spoken?.text ?? lastLineOf(run.printed));
  const problem: Problem = {
    file: run.file,
    message: words === undefined ? `ended with status ${status}` : `ended with status ${status}: ${words}`,
    severity: 'error',
    ...(spoken === undefined && { hint: "if that is no mistake, end the file with the line 'true'" }),
  };
  return line === undefined ? problem : { ...problem, line };
}

/** Lines with a warning: after so many nobody reads on. */
const MOST_WARNINGS = 20;

/** The commands that failed while bash went on after them; of a line, which may be in a loop, the first. */
export function warningsOf(commands: readonly FailedCommand[], run: FinishedRun): readonly Problem[] {
  const said = bashMessages(run);
  const byLine = new Map<number, FailedCommand>();
  for (const command of commands) if (!byLine.has(command.line)) byLine.set(command.line, command);
  return [...byLine.values()].slice(0, MOST_WARNINGS).map(({ line, status }) => {
    const spoken = said.find((message) => message.line === line);
    return {
      file: run.file,
      line,
      message: withinLimit(spoken?.text) ?? `a command ended with status ${status}`,
      hint: "if that is no mistake, write '|| true' after it",
      severity: 'warning',
    };
  });
}

/** A config that ended well without the script having its say. */
export function reportMissing(run: FinishedRun): Problem {
  return {
    file: run.file,
    message:
      'kept its settings to itself: it ended by exec, or by exit after setting a trap on EXIT of its own',
    hint: "leave the trap out, or end the file with 'return'",
    severity: 'error',
  };
}

/** Bash's own messages about the file, `FILE: line N: TEXT`; in other languages the word before the number differs. */
function bashMessages(run: FinishedRun): readonly { readonly line: number; readonly text: string }[] {
  const start = `${run.file}: `;
  return run.printed.split('\n').flatMap((printed) => {
    if (!printed.startsWith(start)) return [];
    const [, line, text] = /^\D{1,20}(\d+): (.+)$/.exec(printed.slice(start.length)) ?? [];
    return text === undefined ? [] : [{ line: Number(line), text }];
  });
}

function lastLineOf(text: string): string | undefined {
  return text.split('\n').findLast((line) => line.trim() !== '');
}

/** Characters of what others said that fit into a sentence. */
const LONGEST_WORDS = 300;

function withinLimit(words: string | undefined): string | undefined {
  return words === undefined ? undefined : shortened(words, LONGEST_WORDS);
}
