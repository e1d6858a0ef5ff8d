/** One option of a command line: what the parser, `--help`, man pages and completions are made of. */
export interface OptionSpec<Name extends string = string> {
  /** Without dashes. */
  readonly name: Name;
  /** One character. */
  readonly short?: string;
  /** A flag, or the name that help gives the value: `HV`. An optional value is only taken after `=`. */
  readonly takes: 'nothing' | { readonly value: string } | { readonly optionalValue: string };
  /** The values that it may have, where these are few: for completions. */
  readonly values?: readonly string[];
  /** Whether every value counts; otherwise the last one does. */
  readonly repeatable?: boolean;
  /** A sentence or two without a final full stop. */
  readonly help: string;
}

/** The names of the options in a table. */
export type OptionNames<Table extends readonly OptionSpec[]> = Table[number]['name'];
