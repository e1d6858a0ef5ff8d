import type { CommandHelp } from './command-help.js';
import type { OptionSpec } from './option-spec.js';

/** Columns of the narrowest terminal that people still use. */
const WIDTH = 80;
/** Where the texts of a list begin; a longer label has its text on the next line. */
const TEXT_COLUMN = 26;

/** The text of `--help`, with a final newline and no line beyond 80 columns unless a single word is longer. */
export function renderHelp(help: CommandHelp): string {
  const sections = [
    wrapped(`Usage: ${help.name} ${help.usage}`, { first: '', rest: '       ' }),
    wrapped(`${help.summary}.`),
    ...help.description.map((paragraph) => wrapped(paragraph)),
    listed(
      'Commands:',
      (help.commands ?? []).map(({ name, operands, summary }) => ({
        label: operands === undefined ? `  ${name}` : `  ${name} ${operands}`,
        text: summary,
      })),
    ),
    listed(
      'Options:',
      help.options.map((spec) => ({ label: `  ${optionLabel(spec)}`, text: textOf(spec) })),
    ),
    exampleLines(help),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** `-j, --jobs N`, `    --output FILE`, `    --force[=STEP]`: the columns of long names line up. */
export function optionLabel(spec: OptionSpec): string {
  const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
  return `${short}--${spec.name}${valueLabel(spec)}`;
}

function valueLabel({ takes }: OptionSpec): string {
  if (takes === 'nothing') return '';
  return 'value' in takes ? ` ${takes.value}` : `[=${takes.optionalValue}]`;
}

function textOf(spec: OptionSpec): string {
  return spec.repeatable === true ? `${spec.help}; may be repeated` : spec.help;
}

function listed(
  title: string,
  entries: readonly { readonly label: string; readonly text: string }[],
): readonly string[] {
  return entries.length === 0 ? [] : [title, ...entries.flatMap(entryLines)];
}

function entryLines(entry: { readonly label: string; readonly text: string }): readonly string[] {
  const rest = ' '.repeat(TEXT_COLUMN);
  if (entry.label.length + 2 > TEXT_COLUMN)
    return [entry.label, ...wrapped(entry.text, { first: rest, rest })];
  return wrapped(entry.text, { first: entry.label.padEnd(TEXT_COLUMN), rest });
}

function exampleLines(help: CommandHelp): readonly string[] {
  if (help.examples.length === 0) return [];
  const lines = help.examples.flatMap(({ command, does }) => [
    `  ${command}`,
    ...wrapped(does, { first: '      ', rest: '      ' }),
  ]);
  return ['Examples:', ...lines];
}

interface Indents {
  readonly first: string;
  readonly rest: string;
}

/** Breaks a text at its spaces. */
function wrapped(text: string, indents: Indents = { first: '', rest: '' }): readonly string[] {
  const lines: string[] = [];
  let line = indents.first;
  let empty = true;
  for (const word of text.split(' ').filter((part) => part !== '')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indents.rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line.trimEnd()];
}
