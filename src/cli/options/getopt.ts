import { closestTo, err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import type { OptionSpec } from './option-spec.js';

type UsageWrong = Extract<Failure, { readonly kind: 'usage-wrong' }>;

/** One option where it stood. */
export interface GivenOption<Name extends string> {
  readonly name: Name;
  readonly value: string;
}

export interface ParsedOptions<Name extends string> {
  /**
   * The values of each option that was given, in order. A flag, and an optional value that was left out, stands as
   * an empty string, so that the length counts how often the option was given.
   */
  readonly values: Readonly<Partial<Record<Name, readonly string[]>>>;
  /** The arguments that are no options, in order. */
  readonly operands: readonly string[];
  /** Those of them that follow `--`; absent where there is none. */
  readonly afterDashes?: readonly string[];
}

/** For commands where the order of different options among each other means something. */
export interface OrderedOptions<Name extends string> extends ParsedOptions<Name> {
  /** Every option as often as it was given, in the order of the command line. */
  readonly given: readonly GivenOption<Name>[];
}

/**
 * Parses a command line as getopt_long(3) does: options and operands in any order, long options by any unique prefix, values
 * after `=` or in the next argument, short options bundled, all that follows `--` an operand. An optional value is
 * only taken after `=` (or right behind a short option).
 * @param argv without the program's name
 */
export function parseOptions<Name extends string>(
  table: readonly OptionSpec<Name>[],
  argv: readonly string[],
): Result<ParsedOptions<Name>, UsageWrong> {
  const parsed = parseOrdered(table, argv);
  if (!parsed.ok) return parsed;
  const { given: _, ...unordered } = parsed.value;
  return ok(unordered);
}

/** As `parseOptions`, with the order kept. */
export function parseOrdered<Name extends string>(
  table: readonly OptionSpec<Name>[],
  argv: readonly string[],
): Result<OrderedOptions<Name>, UsageWrong> {
  const parsing: Parsing<Name> = { table, argv, given: [], operands: [] };
  let at = 0;
  let afterDashes: readonly string[] | undefined;
  while (at < argv.length) {
    const argument = argv[at] ?? '';
    if (argument === '--') {
      afterDashes = argv.slice(at + 1);
      parsing.operands.push(...afterDashes);
      break;
    }
    const taken = takeArgument(parsing, argument, at);
    if (!taken.ok) return taken;
    at += taken.value;
  }
  const { given, operands } = parsing;
  const parsed = { values: valuesOf(given), given, operands };
  return ok(afterDashes === undefined ? parsed : { ...parsed, afterDashes });
}

function valuesOf<Name extends string>(
  given: readonly GivenOption<Name>[],
): Partial<Record<Name, readonly string[]>> {
  const values = new Map<Name, string[]>();
  for (const { name, value } of given) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values) as Partial<Record<Name, string[]>>;
}

interface Parsing<Name extends string> {
  readonly table: readonly OptionSpec<Name>[];
  readonly argv: readonly string[];
  readonly given: GivenOption<Name>[];
  readonly operands: string[];
}

/** How many arguments were used up, or what is wrong with them. */
type Taken = Result<number, UsageWrong>;

function takeArgument<Name extends string>(parsing: Parsing<Name>, argument: string, at: number): Taken {
  if (argument.startsWith('--')) return takeLong(parsing, argument, at);
  /** A dash alone is an operand: it usually means standard input or output. */
  if (argument.startsWith('-') && argument !== '-') return takeShorts(parsing, argument, at);
  parsing.operands.push(argument);
  return ok(1);
}

function takeLong<Name extends string>(parsing: Parsing<Name>, argument: string, at: number): Taken {
  const equals = argument.indexOf('=');
  const written = equals === -1 ? argument : argument.slice(0, equals);
  const found = findLong(parsing.table, written);
  if (!found.ok) return found;
  const spec = found.value;
  const value = equals === -1 ? undefined : argument.slice(equals + 1);
  if (spec.takes === 'nothing') {
    return value === undefined ? note(parsing, spec, '') : wrong(`option '--${spec.name}' takes no value`);
  }
  if (value !== undefined) return note(parsing, spec, value);
  return 'optionalValue' in spec.takes ? note(parsing, spec, '') : takeNext(parsing, spec, at);
}

/** A bundle such as `-vk`, of which the first option that takes a value takes all the rest. */
function takeShorts<Name extends string>(parsing: Parsing<Name>, argument: string, at: number): Taken {
  const letters = [...argument.slice(1)];
  for (const [index, letter] of letters.entries()) {
    const spec = parsing.table.find(({ short }) => short === letter);
    if (spec === undefined) return wrong(`unknown option '-${letter}'`, SEE_HELP);
    const rest = letters.slice(index + 1).join('');
    if (spec.takes === 'nothing') note(parsing, spec, '');
    else if (rest !== '' || 'optionalValue' in spec.takes) return note(parsing, spec, rest);
    else return takeNext(parsing, spec, at);
  }
  return ok(1);
}

function takeNext<Name extends string>(parsing: Parsing<Name>, spec: OptionSpec<Name>, at: number): Taken {
  const value = parsing.argv[at + 1];
  if (value === undefined)
    return wrong(`option '--${spec.name}' needs a value`, `write --${spec.name} ${valueName(spec)}`);
  note(parsing, spec, value);
  return ok(2);
}

function note<Name extends string>(parsing: Parsing<Name>, spec: OptionSpec<Name>, value: string): Taken {
  parsing.given.push({ name: spec.name, value });
  return ok(1);
}

function findLong<Name extends string>(
  table: readonly OptionSpec<Name>[],
  written: string,
): Result<OptionSpec<Name>, UsageWrong> {
  const name = written.slice(2);
  const exact = table.find((spec) => spec.name === name);
  if (exact !== undefined) return ok(exact);
  const candidates = name === '' ? [] : table.filter((spec) => spec.name.startsWith(name));
  const [only, second] = candidates;
  if (only !== undefined && second === undefined) return ok(only);
  if (only !== undefined) {
    return wrong(
      `option '${written}' is ambiguous`,
      `it may mean ${candidates.map((spec) => `--${spec.name}`).join(', ')}`,
    );
  }
  const near = closestTo(
    name,
    table.map((spec) => spec.name),
  );
  return wrong(`unknown option '${written}'`, near === undefined ? SEE_HELP : `did you mean --${near}?`);
}

const SEE_HELP = '--help lists the options';

function valueName(spec: OptionSpec): string {
  if (spec.takes === 'nothing') return '';
  return 'value' in spec.takes ? spec.takes.value : spec.takes.optionalValue;
}

function wrong(message: string, hint?: string): Result<never, UsageWrong> {
  return err(hint === undefined ? { kind: 'usage-wrong', message } : { kind: 'usage-wrong', message, hint });
}
