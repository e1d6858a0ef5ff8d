import type { CommandHelp, OptionSpec } from '../options/index.js';
import { kindOf, operandKinds, type WordKind } from './words.js';

/** What is known of the project, asked for only when it is wanted. */
export interface ProjectWords {
  readonly targets: () => Promise<readonly string[]>;
  readonly steps: () => Promise<readonly string[]>;
  readonly templates: () => Promise<readonly string[]>;
  readonly hypervisors: () => Promise<readonly string[]>;
}

export interface Candidate {
  readonly word: string;
  readonly help?: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** What the shell completes by itself beside them. */
  readonly beside: 'nothing' | 'files' | 'directories';
}

/** The programs, each with its commands if it has any. */
export interface Program {
  readonly help: CommandHelp;
  readonly commands: ReadonlyMap<string, CommandHelp>;
}

const NOTHING: Completion = { candidates: [], beside: 'nothing' };
const SHELLS = ['bash', 'zsh', 'fish'];

/**
 * What the last word may become.
 * @param words those after the program's name, up to the cursor; the last may be empty
 */
export async function candidatesFor(
  program: Program,
  words: readonly string[],
  project: ProjectWords,
): Promise<Completion> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command = before.find((word) => program.commands.has(word));
  const help = program.commands.get(command ?? '') ?? program.help;
  const context: Context = { program, help, before, command, current };
  const option = optionAwaiting(context);
  if (option !== undefined) return valuesOf(option, { prefix: '', project });
  const equals = current.startsWith('--') ? current.indexOf('=') : -1;
  if (equals !== -1) {
    const named = optionsIn(context).find(({ name }) => `--${name}` === current.slice(0, equals));
    return named === undefined ? NOTHING : valuesOf(named, { prefix: current.slice(0, equals + 1), project });
  }
  if (current.startsWith('-')) return only(optionCandidates(context), current);
  return operands(context, project);
}

interface Context {
  readonly program: Program;
  readonly help: CommandHelp;
  readonly before: readonly string[];
  readonly command: string | undefined;
  readonly current: string;
}

/** Options of any command may stand before it. */
function optionsIn({ program, help, command }: Context): readonly OptionSpec[] {
  if (command !== undefined || program.commands.size === 0) return help.options;
  const all = [...help.options, ...[...program.commands.values()].flatMap(({ options }) => options)];
  return [...new Map(all.map((spec) => [spec.name, spec])).values()];
}

/** The option whose value the current word is: `--output FILE`. */
function optionAwaiting(context: Context): OptionSpec | undefined {
  const last = context.before.at(-1) ?? '';
  if (context.before.includes('--')) return undefined;
  return optionsIn(context).find(
    (spec) => spec.takes !== 'nothing' && 'value' in spec.takes && isWritten(spec, last),
  );
}

function isWritten({ name, short }: OptionSpec, word: string): boolean {
  return word === `--${name}` || (short !== undefined && word === `-${short}`);
}

async function valuesOf(
  spec: OptionSpec,
  at: { readonly prefix: string; readonly project: ProjectWords },
): Promise<Completion> {
  if (spec.takes === 'nothing') return NOTHING;
  const values = spec.values?.map((word) => ({ word }));
  const name = 'value' in spec.takes ? spec.takes.value : spec.takes.optionalValue;
  const found =
    values === undefined
      ? await wordsOf(kindOf(name), at.project)
      : { candidates: values, beside: 'nothing' as const };
  return { ...found, candidates: found.candidates.map(({ word }) => ({ word: `${at.prefix}${word}` })) };
}

function optionCandidates(context: Context): readonly Candidate[] {
  const { help, before } = context;
  // Those of the command, or before there is one those that all have.
  return help.options
    .filter(
      (spec) => spec.repeatable === true || !before.some((word) => isWritten(spec, word.split('=')[0] ?? '')),
    )
    .map(({ name, help: text }) => ({ word: `--${name}`, help: text }));
}

async function operands(context: Context, project: ProjectWords): Promise<Completion> {
  const { program, help, command, current } = context;
  if (command === undefined && program.commands.size > 0)
    return only(commandCandidates(program.help), current);
  const given = operandsBefore(context);
  const kinds = operandKinds(help.usage);
  const kind = kinds[Math.min(given.length, kinds.length - 1)] ?? 'nothing';
  if (kind === 'subcommands' || (given.length === 0 && help.commands !== undefined))
    return only(commandCandidates(help), current);
  const subcommand = help.commands?.find(({ name }) => name === given[0]);
  if (subcommand !== undefined) return subcommandOperands(subcommand, given.length - 1, project);
  return wordsOf(kind, project);
}

/** The operands of one of the commands under a command. */
function subcommandOperands(
  { operands = '' }: NonNullable<CommandHelp['commands']>[number],
  given: number,
  project: ProjectWords,
): Promise<Completion> {
  const kinds = operands === '' ? [] : operandKinds(operands);
  return wordsOf(kinds[Math.min(given, kinds.length - 1)] ?? 'nothing', project);
}

/** Without options, their values, and the command itself. */
function operandsBefore(context: Context): readonly string[] {
  const { before, command } = context;
  const found: string[] = [];
  let isValue = false;
  for (const word of before) {
    const option = optionsIn(context).find((spec) => isWritten(spec, word));
    const awaits = option !== undefined && option.takes !== 'nothing' && 'value' in option.takes;
    if (!isValue && !word.startsWith('-')) found.push(word);
    isValue = !isValue && awaits;
  }
  const at = command === undefined ? -1 : found.indexOf(command);
  return at === -1 ? found : found.toSpliced(at, 1);
}

function commandCandidates({ commands = [] }: CommandHelp): readonly Candidate[] {
  return commands.map(({ name, summary }) => ({ word: name, help: summary }));
}

function only(candidates: readonly Candidate[], start: string): Completion {
  return { candidates: candidates.filter(({ word }) => word.startsWith(start)), beside: 'nothing' };
}

async function wordsOf(kind: WordKind, project: ProjectWords): Promise<Completion> {
  switch (kind) {
    case 'files':
      return { candidates: [], beside: 'files' };
    case 'directories':
      return { candidates: [], beside: 'directories' };
    case 'targets':
      return { candidates: words(await project.targets()), beside: 'nothing' };
    case 'steps':
      return {
        candidates: words([...(await project.targets()), ...(await project.steps())]),
        beside: 'nothing',
      };
    case 'templates':
      return { candidates: words(await project.templates()), beside: 'directories' };
    case 'hypervisors':
      return { candidates: words(await project.hypervisors()), beside: 'nothing' };
    case 'shells':
      return { candidates: words(SHELLS), beside: 'nothing' };
    case 'subcommands':
    case 'nothing':
      return NOTHING;
  }
}

function words(list: readonly string[]): readonly Candidate[] {
  return list.map((word) => ({ word }));
}
