import type { Edit } from './template-copy.js';

/** What is done to an up-to-date build before it is built again. */
export interface Scenario {
  readonly name: string;
  /** Different in every round, so that no round finds what an earlier one left in the store. */
  readonly edit: (round: number) => Edit;
  readonly output?: 'deleted';
  /** Aim for the time beyond the own time of the hooks that ran, in milliseconds. */
  readonly mostBeyondHooks?: number;
}

/** Issue A, "Shown by". */
export const MOST_BEYOND_HOOKS = 1500;

/** Small packages that need nothing the template lacks; one a round. */
const MORE_PACKAGES = ['less', 'tree', 'bc', 'ed'];

export const scenarios: readonly Scenario[] = [
  { name: 'output deleted', edit: () => ({ kind: 'nothing' }), output: 'deleted' },
  {
    name: 'conf changed',
    edit: (round) => ({ kind: 'append', file: 'conf/openvz/config', text: `DESCRIPTION="round ${round}"\n` }),
  },
  {
    name: 'last hook changed',
    edit: (round) => ({ kind: 'hook', which: 'last', text: writesFile('last', round) }),
    mostBeyondHooks: MOST_BEYOND_HOOKS,
  },
  {
    name: 'first hook changed',
    edit: (round) => ({ kind: 'hook', which: 'first', text: writesFile('first', round) }),
    mostBeyondHooks: MOST_BEYOND_HOOKS,
  },
  {
    name: 'comment in a list changed',
    edit: (round) => ({ kind: 'append', file: 'packages-lists/openvz', text: `# round ${round}\n` }),
  },
  {
    name: 'comment in the first hook changed',
    edit: (round) => ({ kind: 'hook', which: 'first', text: `# round ${round}` }),
    mostBeyondHooks: MOST_BEYOND_HOOKS,
  },
  {
    name: 'one package added',
    edit: (round) => ({
      kind: 'append',
      file: 'packages-lists/openvz',
      text: `${MORE_PACKAGES[round % MORE_PACKAGES.length]}\n`,
    }),
  },
];

/** The tree differs after it, so everything that follows the hook has to run. */
export function writesFile(which: string, round: number): string {
  return `echo 'round ${round}' >/etc/mkve-bench-${which}`;
}
