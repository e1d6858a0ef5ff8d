import { type CommandHelp, mkveCommands, mkveHelp, type OptionSpec } from '../options/index.js';
import { examples, optionEntry, sentence, synopsis } from './command-page.js';
import type { ManualPage } from './page.js';
import { entry, paragraph, subsection } from './roff.js';
import { ENVIRONMENT, EXIT_STATUS, FILES } from './shared-sections.js';

/** mkve(1): every command of the table, with the options that only it has. */
export function mkvePage(): ManualPage {
  const commands: readonly CommandHelp[] = Object.values(mkveCommands);
  return {
    name: 'mkve',
    section: 1,
    summary: mkveHelp.summary,
    sections: [
      { title: 'SYNOPSIS', body: [synopsis(mkveHelp)] },
      {
        title: 'DESCRIPTION',
        body: [
          paragraph(
            'mkve builds bundles from templates, as mkvefile.ts declares them. Every target is a graph of steps keyed by the content of what they read, so that only what a change affects runs again.',
          ),
          paragraph(
            'Options may stand before or behind the command and be shortened to any prefix that is the only one. `mkve COMMAND --help` prints what is said here of a command.',
          ),
        ],
      },
      { title: 'COMMANDS', body: commands.flatMap((help) => commandSection(help)) },
      { title: 'COMMON OPTIONS', body: mkveHelp.options.map(optionEntry) },
      EXIT_STATUS,
      ENVIRONMENT,
      FILES,
      { title: 'EXAMPLES', body: examples(mkveHelp) },
    ],
    seeAlso: ['mkvefile(5)', 'mkve-template(5)', 'mkve-bundle(1)', 'mkve-cache(1)', 'mkve-template(1)'],
  };
}

function commandSection(help: CommandHelp): readonly string[] {
  const common = new Set<string>(mkveHelp.options.map(({ name }) => name));
  const own: readonly OptionSpec[] = help.options.filter(({ name }) => !common.has(name));
  const under = (help.commands ?? []).map(({ name, operands, summary }) =>
    entry(operands === undefined ? name : `${name} ${operands}`, sentence(summary)),
  );
  return [
    subsection(`${help.name} ${help.usage}`),
    paragraph(`${help.summary}.`),
    ...help.description.map(paragraph),
    ...under,
    ...own.map(optionEntry),
    ...examples(help),
  ];
}
