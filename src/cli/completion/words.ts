/** What a word of a command line may become. */
export type WordKind =
  | 'targets'
  | 'steps'
  | 'templates'
  | 'hypervisors'
  | 'shells'
  | 'subcommands'
  | 'files'
  | 'directories'
  | 'nothing';

/**
 * By the names that help gives to arguments and values: a new command is completed if it uses them. Of `TARGET|STEP` a step is
 * the wider.
 */
const KINDS: ReadonlyMap<string, WordKind> = new Map<string, WordKind>([
  ['TARGET', 'targets'],
  ['STEP', 'steps'],
  ['TARGET|STEP', 'steps'],
  ['HV', 'hypervisors'],
  ['T', 'templates'],
  ['TEMPLATE', 'templates'],
  ['FILE', 'files'],
  ['MKVEFILE', 'files'],
  ['SRC[:DEST]', 'files'],
  ['DIR', 'directories'],
  ['DIRECTORY', 'directories'],
  ['TEMPLATE_DIRECTORY', 'directories'],
  ['ROOTFS', 'directories'],
  ['SHELL', 'shells'],
  ['COMMAND', 'subcommands'],
]);

/** @param name as help writes it: `[TARGET…]`, `FILE` */
export function kindOf(name: string): WordKind {
  const needed = name.replace(/^\[(.*)\]$/, '$1');
  return KINDS.get(needed.replace(/(…|\.\.\.)$/, '')) ?? 'nothing';
}

/** The kinds of the operands in a usage line, the last for all that follow. */
export function operandKinds(usage: string): readonly WordKind[] {
  return usage
    .split(' ')
    .filter((word) => word !== '[options]')
    .map(kindOf);
}
