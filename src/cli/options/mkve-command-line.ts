import { closestTo, err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { parseOptions } from './getopt.js';
import { type MkveCommand, mkveCommands } from './mkve-options.js';
import type { OptionSpec } from './option-spec.js';

export interface CommandLine {
  /** Absent when only options were given: `mkve --version`. */
  readonly command?: MkveCommand;
  /** All arguments but the command, for the table of that command. */
  readonly argv: readonly string[];
}

/** Finds the command among the arguments of `mkve`. Options may stand before it: `mkve -f other.ts build`. */
export function splitCommand(argv: readonly string[]): Result<CommandLine, Failure> {
  for (const end of argv.keys()) {
    const parsed = parseOptions(allOptions, argv.slice(0, end + 1));
    const word = parsed.ok ? parsed.value.operands[0] : undefined;
    if (word === undefined) continue;
    if (!isCommand(word)) return err(unknownCommand(word));
    return ok({ command: word, argv: argv.toSpliced(end, 1) });
  }
  const parsed = parseOptions(allOptions, argv);
  return parsed.ok ? ok({ argv }) : parsed;
}

/** The options of all commands: before the command is known, any of them may come. */
const allOptions: readonly OptionSpec[] = [
  ...new Map(
    Object.values(mkveCommands).flatMap(({ options }) => options.map((spec) => [spec.name, spec] as const)),
  ).values(),
];

function isCommand(word: string): word is MkveCommand {
  return Object.hasOwn(mkveCommands, word);
}

function unknownCommand(word: string): Failure {
  const near = closestTo(word, Object.keys(mkveCommands));
  const hint = near === undefined ? 'mkve --help lists the commands' : `did you mean ${near}?`;
  return { kind: 'usage-wrong', message: `unknown command '${word}'`, hint };
}
