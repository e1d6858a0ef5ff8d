import { liftingCommand } from './kernel-settings.js';
import type { Machine } from './machine.js';
import type { Argv, Mend, Need } from './need.js';
import { type Answer, type ProbeAnswers, type ProbeDirectories, probeKernel } from './probe.js';
import { subordinateIdNeeds } from './subordinate-ids.js';
import { isAtLeast } from './version.js';

export async function checkKernel(machine: Machine, directories: ProbeDirectories): Promise<readonly Need[]> {
  const answers = await probeKernel(machine, directories);
  const refused = [answers.userNamespaces, answers.trials.sandbox].some(({ kind }) => kind === 'no');
  const lifting = refused ? await liftingCommand(machine) : undefined;
  return [...subordinateIdNeeds(machine), ...abilities(answers, lifting)];
}

const IN_CONTAINER = 'in a container, start that one with';
const UNCONFINED = '--security-opt seccomp=unconfined --security-opt apparmor=unconfined';
/** What Docker and Podman call not hiding parts of /proc; the kernel mounts no fuller one over a masked one. */
const UNMASKED = `--security-opt systempaths=unconfined (Docker) or --security-opt unmask=ALL (Podman)`;

/** @param lifting the command that lifts a setting which forbids user namespaces */
function abilities(answers: ProbeAnswers, lifting: Argv | undefined): readonly Need[] {
  const { trials, kernel } = answers;
  const allow: Mend =
    lifting === undefined
      ? advice(`allow user namespaces in this kernel; ${IN_CONTAINER} ${UNCONFINED}`)
      : { kind: 'set-kernel', argv: lifting };
  const unmask = advice(`${IN_CONTAINER} ${UNMASKED} ${UNCONFINED}`);
  const elsewhere = (variable: string) => overlayAdvice(kernel, variable);
  return [
    ability(
      'user namespaces',
      'root file systems are built without being root',
      answers.userNamespaces,
      allow,
    ),
    ability('a /proc of its own', 'programs in a root file system see no others', trials.proc, unmask),
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
      lifting ? allow : unmask,
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
