import type { Caller } from '../../workers/index.js';
import { ask, type Machine, saidBy } from './machine.js';
import type { Argv } from './need.js';

/** A sysctl(8) that can forbid user namespaces. */
interface Setting {
  readonly name: string;
  readonly forbids: string;
  readonly allows: string;
  /** Root may, whatever it says. */
  readonly onlyFor?: 'ordinary-users';
}

const SETTINGS: readonly Setting[] = [
  // Ubuntu since 23.10.
  {
    name: 'kernel.apparmor_restrict_unprivileged_userns',
    forbids: '1',
    allows: '0',
    onlyFor: 'ordinary-users',
  },
  // Debian before 11, and kernels with its patch.
  { name: 'kernel.unprivileged_userns_clone', forbids: '0', allows: '1', onlyFor: 'ordinary-users' },
  // namespaces(7)
  { name: 'user.max_user_namespaces', forbids: '0', allows: '15000' },
];

/** `cat` says nothing of settings that this kernel does not have. */
const READ_SETTINGS = `
for file in ${SETTINGS.map(({ name }) => `/proc/sys/${name.replace('.', '/')}`).join(' ')}; do
  if [ -r "$file" ]; then echo "$file=$(cat "$file")"; fi
done
`;

/** The command that lifts what forbids user namespaces, and nothing where no setting does. */
export async function liftingCommand(machine: Machine): Promise<Argv | undefined> {
  const said = saidBy(await ask(machine, ['sh', '-c', READ_SETTINGS]));
  const assignments = SETTINGS.filter(
    (setting) => concerns(setting, machine.caller) && forbids(setting, said),
  ).map(({ name, allows }) => `${name}=${allows}`);
  return assignments.length === 0 ? undefined : ['sysctl', '-w', ...assignments];
}

function concerns({ onlyFor }: Setting, caller: Caller): boolean {
  return onlyFor === undefined || caller.uid !== 0;
}

function forbids({ name, forbids }: Setting, said: string): boolean {
  return said.split('\n').includes(`/proc/sys/${name.replace('.', '/')}=${forbids}`);
}
