import type { Problem } from '../../report/index.js';

/** A problem with its stable name. */
export interface LintFinding extends Problem {
  readonly code: string;
}

/** Hooks as the templates list them, with the places where they are kept. */
export interface LintTemplate {
  readonly name: string;
  /** Of a native template. */
  readonly directory?: string;
  /** The file that lists its hooks, as the user would name it: the mkvefile, or one of the lists. */
  readonly listedIn: (hypervisor: string) => string;
  /** Where its packages are named: one of its lists, a name a line, or the mkvefile. */
  readonly packagesIn: (hypervisor: string) => { readonly file: string; readonly isList: boolean };
  readonly targets: readonly LintTarget[];
}

export interface LintTarget {
  readonly hypervisor: string;
  readonly hooks: readonly LintHook[];
}

export interface LintHook {
  readonly name: string;
  /** Absolute. */
  readonly file: string;
}

/** All that there is to look at: what could be read, however much of it that is. */
export interface LintSubject {
  readonly templates: readonly LintTemplate[];
  /** Directories of hooks that templates share; absolute. */
  readonly hookDirectories: readonly string[];
  /** The hooks that mkve ships; absolute. */
  readonly stockDirectory: string;
  /** Absolute paths of what the targets are built into. */
  readonly outputs: readonly string[];
  /** Whether a program is there in the root file system that a target's hooks start from; nothing where nobody knows. */
  readonly hasProgram: (target: string, path: string) => Promise<boolean | undefined>;
  /** Packages of a target that its locked repositories have not; nothing where nobody knows what they have. */
  readonly packagesLacking: (target: string) => Promise<readonly string[] | undefined>;
}

/** Looks for one kind of mistake. What needs more than templates and files comes in by the subject. */
export type LintCheck = (subject: LintSubject) => Promise<readonly LintFinding[]>;

/** Every hook of the subject that is not one of mkve's own, by its file. */
export function ownHooks(subject: LintSubject): ReadonlyMap<string, LintHook> {
  const hooks = subject.templates.flatMap(({ targets }) => targets.flatMap((target) => target.hooks));
  return new Map(
    hooks
      .filter(({ file }) => !file.startsWith(`${subject.stockDirectory}/`))
      .map((hook) => [hook.file, hook] as const),
  );
}
