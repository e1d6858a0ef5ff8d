import { type CommandHelp, type OptionSpec, optionLabel } from '../options/index.js';
import type { ManualPage } from './page.js';
import { entry, paragraph, roffText, verbatim } from './roff.js';

/** The page of a program without commands, from the table that its `--help` is made of. */
export function commandPage(
  help: CommandHelp,
  more: { readonly sections: ManualPage['sections']; readonly seeAlso: readonly string[] },
): ManualPage {
  return {
    name: help.name,
    section: 1,
    summary: help.summary,
    sections: [
      { title: 'SYNOPSIS', body: [synopsis(help)] },
      { title: 'DESCRIPTION', body: help.description.map(paragraph) },
      { title: 'OPTIONS', body: help.options.map(optionEntry) },
      ...more.sections,
      { title: 'EXAMPLES', body: examples(help) },
    ],
    seeAlso: more.seeAlso,
  };
}

export function synopsis({ name, usage }: CommandHelp): string {
  return `.PP\n\\fB${roffText(name)}\\fR ${roffText(usage)}`;
}

export function optionEntry(spec: OptionSpec): string {
  return entry(
    optionLabel(spec).trim(),
    sentence(spec.repeatable === true ? `${spec.help}; may be repeated` : spec.help),
  );
}

export function examples(help: CommandHelp): readonly string[] {
  return help.examples.flatMap(({ command, does }) => [verbatim(command), paragraph(does)]);
}

/** Helps are half sentences. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
