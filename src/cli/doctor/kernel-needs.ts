import type { Caller } from '../../workers/index.js';
import { liftingCommand } from './kernel-settings.js';
import type { Machine } from './machine.js';
import type { Argv, Mend, Need } from './need.js';
import { type Answer, type ProbeAnswers, type ProbeDirectories, probeKernel } from './probe.js';
import { subordinateIdNeeds } from './subordinate-ids.js';
import { isAtLeast } from './version.js';

export async function checkKernel(machine: Machine, directories: ProbeDirectories): Promise<readonly Need[]> {
  const answers = await probeKernel(machine, directories);
  const refused = [answers.userNamespaces, answers.trials.entry, answers.trials.sandbox].some(
    ({ kind }) => kind === 'no',
  );
  const lifting = refused ? await liftingCommand(machine) : undefined;
  return [...subordinateIdNeeds(machine), ...abilities(machine.caller, answers, lifting)];
}

const UNCONFINED = '--security-opt seccomp=unconfined --security-opt apparmor=unconfined';
const ALLOW = `allow user namespaces in this kernel; if this is a container, start it with ${UNCONFINED}`;
/** Root's namespaces do without those two programs. */
const REENTER =
  'newuidmap and newgidmap have to be setuid root or have file capabilities, which ' +
  'installing their package again restores';
/** The kernel mounts no fuller /proc over one of which a part is hidden: mount_namespaces(7). */
const UNMASK =
  `if this is a container, start it with docker run --security-opt systempaths=unconfined ${UNCONFINED}, ` +
  'or podman run --security-opt unmask=ALL';

/** @param lifting the command that lifts a setting which forbids user namespaces */
function abilities(caller: Caller, answers: ProbeAnswers, lifting: Argv | undefined): readonly Need[] {
  const { trials, kernel } = answers;
  const lift: Mend | undefined = lifting && { kind: 'set-kernel', argv: lifting };
  const elsewhere = (variable: string) => overlayAdvice(kernel, variable);
  return [
    ability(
      'user namespaces',
      'root file systems are built without being root',
      answers.userNamespaces,
      lift ?? advice(ALLOW),
    ),
    ability(
      'worker namespaces',
      'steps run in them, as root of their own',
      trials.entry,
      lift ?? advice(caller.uid === 0 ? ALLOW : REENTER),
    ),
    ability(
      'a /proc of its own',
      'programs in a root file system see no others',
      trials.proc,
      advice(UNMASK),
    ),
    ability('overlayfs for the store', OVERLAY, trials.store, elsewhere('MKVE_CACHE_DIR')),
    {
      ...ability(
        'overlayfs for temporary files',
        'a store can lie in the temporary directory, as tests have it',
        trials.temporary,
        elsewhere('TMPDIR'),
      ),
      required: false,
    },
    ability(
      'sandbox',
      'hooks get no network and nothing of the host',
      trials.sandbox,
      lift ?? advice(UNMASK),
    ),
  ];
}

const OVERLAY = 'a step writes only what it changes';

function overlayAdvice(kernel: string | undefined, variable: string): Mend {
  if (kernel !== undefined && !isAtLeast(kernel, '5.11')) {
    return advice(`boot Linux 5.11 or newer; this is ${kernel}`);
  }
  return advice(`name a directory on ext4, xfs, btrfs or tmpfs with ${variable}=DIRECTORY`);
}

function ability(name: string, why: string, answer: Answer, mend: Mend): Need {
  const need = { name, kind: 'kernel', why, required: true } as const;
  if (answer.kind === 'yes') return { ...need, found: true };
  if (answer.kind === 'no') return { ...need, found: false, detail: answer.why, mend };
  return { ...need, found: false, detail: `not tried: it takes ${answer.until} first` };
}

function advice(text: string): Mend {
  return { kind: 'advice', text };
}
