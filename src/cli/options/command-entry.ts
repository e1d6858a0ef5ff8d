import type { CommandHelp } from './command-help.js';
import type { OptionSpec } from './option-spec.js';

/** Keeps the names of the options in the type, which the annotation of a constant would lose. */
export function command<const Options extends readonly OptionSpec[]>(
  help: Omit<CommandHelp, 'options'> & { readonly options: Options },
): Omit<CommandHelp, 'options'> & { readonly options: Options } {
  return help;
}
