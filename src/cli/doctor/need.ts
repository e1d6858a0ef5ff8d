/** How a need is brought about. The first four are commands that mkve knows; `advice` is for a human to follow. */
export type Mend =
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'add-ids'; readonly argv: Argv }
  /** A setting of the whole machine's security: named, but never changed by `--fix`. */
  | { readonly kind: 'set-kernel'; readonly argv: Argv }
  | { readonly kind: 'make-key'; readonly argv: Argv; readonly user: string }
  | { readonly kind: 'advice'; readonly text: string };

export type Argv = readonly [string, ...string[]];

/** One thing that building takes, and whether this machine has it. */
export interface Need {
  readonly name: string;
  readonly kind: 'tool' | 'backend' | 'kernel' | 'store' | 'key';
  /** What it is for. */
  readonly why: string;
  /** Without it nothing can be built; otherwise its absence is a warning. */
  readonly required: boolean;
  readonly found: boolean;
  readonly version?: string;
  /** What was seen, where that says more than `found`; without a final full stop. */
  readonly detail?: string;
  /** Absent when the need is met, or when another need has to be met first. */
  readonly mend?: Mend;
}

export function isMissing({ required, found }: Need): boolean {
  return required && !found;
}
