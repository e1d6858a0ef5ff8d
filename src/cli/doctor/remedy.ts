import { assertNever } from '../../base/index.js';
import { formatArgv } from '../../report/index.js';
import type { Caller } from '../../workers/index.js';
import type { Argv, Mend, Need } from './need.js';
import type { PackageManager } from './package-managers.js';

/** Whose machine the commands are for. */
export interface Remedies {
  readonly caller: Caller;
  readonly manager: PackageManager | undefined;
}

/** What the user is to do, as one line: a command where there is one. */
export function remedyOf(mend: Mend, { caller, manager }: Remedies): string {
  switch (mend.kind) {
    case 'package':
      return manager === undefined ? `install ${mend.name}` : asRoot(caller, [...manager.install, mend.name]);
    case 'add-ids':
    case 'set-kernel':
      return asRoot(caller, mend.argv);
    case 'make-key':
      return formatArgv(mend.argv);
    case 'advice':
      return mend.text;
    default:
      return assertNever(mend);
  }
}

/** One command line for all that is missing and that commands can bring; empty when there is no such thing. */
export function remedyOfAll(needs: readonly Need[], remedies: Remedies): string {
  const mends = mendsOf(needs);
  const settings = mends.filter((mend) => mend.kind === 'set-kernel').map(({ argv }) => argv);
  const lines = [...fixCommands(needs, remedies.manager), ...settings].map((argv) =>
    asRoot(remedies.caller, argv),
  );
  return [...new Set(lines)].join(' && ');
}

/** What root has to run so that packages and ranges of ids are there, in this order. */
export function fixCommands(needs: readonly Need[], manager: PackageManager | undefined): readonly Argv[] {
  const mends = mendsOf(needs);
  const packages = new Set(mends.filter((mend) => mend.kind === 'package').map(({ name }) => name));
  const ranges = mends.filter((mend) => mend.kind === 'add-ids').map(({ argv }) => argv);
  if (manager === undefined || packages.size === 0) return ranges;
  const refresh = manager.refresh === undefined ? [] : [manager.refresh];
  return [...refresh, [...manager.install, ...packages], ...ranges];
}

export function asRoot(caller: Caller, argv: Argv): string {
  return formatArgv(caller.uid === 0 ? argv : ['sudo', ...argv]);
}

function mendsOf(needs: readonly Need[]): readonly Mend[] {
  return needs.filter(({ found }) => !found).flatMap(({ mend }) => (mend === undefined ? [] : [mend]));
}
