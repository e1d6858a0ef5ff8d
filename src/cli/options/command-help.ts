import type { OptionSpec } from './option-spec.js';

/** All that is said about one command: `--help`, its man page and its completions are renderings of this. */
export interface CommandHelp<Name extends string = string> {
  /** As it is typed: `mkve build`. */
  readonly name: string;
  /** What follows the name in the usage line: `[options] [TARGET…]`. */
  readonly usage: string;
  /** What it does, in one line without a final full stop. */
  readonly summary: string;
  /** Paragraphs. */
  readonly description: readonly string[];
  /** Of a command that only has others under it. */
  readonly commands?: readonly {
    readonly name: string;
    /** What follows the name: `FILE [TARGET…]`. */
    readonly operands?: string;
    readonly summary: string;
  }[];
  readonly options: readonly OptionSpec<Name>[];
  readonly examples: readonly { readonly command: string; readonly does: string }[];
}
