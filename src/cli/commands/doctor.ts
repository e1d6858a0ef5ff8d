import {
  examine,
  fixNeeds,
  isMissing,
  jsonLines,
  type Machine,
  packageManagerOf,
  type Remedies,
  reportLines,
} from '../doctor/index.js';

export interface DoctorDeps extends Machine {
  /** Prints one line on standard output. */
  readonly write: (line: string) => void;
  /** Prints one line on standard error. */
  readonly writeError: (line: string) => void;
  readonly mode: 'report' | 'fix';
  readonly format: 'text' | 'json';
}

/** As SPEC has it: a privilege or a host tool is missing. */
const LACKING = 6;

/** @returns the exit status: 0 all well, 6 something that building needs is missing */
export async function doctorCommand(deps: DoctorDeps): Promise<number> {
  const remedies: Remedies = { caller: deps.caller, manager: packageManagerOf(deps.etc ?? '/etc') };
  if (deps.mode === 'fix') await fix(deps, remedies);
  const needs = await examine(deps, remedies.manager);
  const lines = deps.format === 'json' ? jsonLines : reportLines;
  for (const line of lines(needs, remedies)) deps.write(line);
  return needs.some(isMissing) ? LACKING : 0;
}

/** With JSON wanted, standard output is for that alone. */
async function fix(deps: DoctorDeps, { manager }: Remedies): Promise<void> {
  const progress =
    deps.format === 'json'
      ? ({ say: deps.writeError, complain: deps.writeError, terminal: 'capture' } as const)
      : ({ say: deps.write, complain: deps.writeError, terminal: 'inherit' } as const);
  await fixNeeds({ machine: deps, progress }, await examine(deps, manager), manager);
}
