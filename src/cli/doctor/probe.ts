import { sandboxArgv } from '../../rootfs/index.js';
import { enterNamespace, viewOf } from '../../workers/index.js';
import { ask, firstLine, type Machine } from './machine.js';
import { PROBE_SCRIPT, type Trial } from './probe-script.js';

/** What came of trying something. */
export type Answer =
  | { readonly kind: 'yes' }
  /** `why`: the first line that the failing program wrote. */
  | { readonly kind: 'no'; readonly why: string }
  /** Could not be tried: `until` says what has to be there first. */
  | { readonly kind: 'untried'; readonly until: string };

export interface ProbeAnswers {
  readonly userNamespaces: Answer;
  readonly trials: Readonly<Record<Trial, Answer>>;
  /** The kernel's release, where the probe got so far. */
  readonly kernel?: string;
}

/** Private directories, already the worker's; absent where none could be made. */
export interface ProbeDirectories {
  readonly store?: string;
  readonly temporary?: string;
}

const YES: Answer = { kind: 'yes' };

/** Finds out what the kernel allows by doing it, in the same namespaces as workers have. */
export async function probeKernel(machine: Machine, directories: ProbeDirectories): Promise<ProbeAnswers> {
  const userNamespaces = await tryUserNamespace(machine);
  if (userNamespaces.kind !== 'yes') return { userNamespaces, trials: allUntried('user namespaces') };
  const view = viewOf<string>(machine.caller, { ...directories });
  const seen: ProbeDirectories = view.seen;
  const sandbox = sandboxArgv({
    session: 'new',
    root: '/',
    argv: ['/bin/true'],
    env: {},
    network: 'none',
    files: [],
    binds: [],
  });
  const script = ['sh', '-c', PROBE_SCRIPT, 'mkve', seen.store ?? '', seen.temporary ?? '', ...sandbox];
  const entry = enterNamespace(machine.caller, view, script);
  if (!entry.ok) return { userNamespaces, trials: allUntried('subordinate ids') };
  const outcome = await ask(machine, entry.value.argv);
  if (outcome.kind !== 'exited') return { userNamespaces, trials: allUntried(entry.value.argv[0]) };
  const answers = readAnswers(outcome.stdout.toString());
  if (answers.trials.proc.kind === 'yes') return { userNamespaces, ...answers };
  return { userNamespaces, trials: notEntered(firstLine(outcome.stderr.toString())) };
}

async function tryUserNamespace(machine: Machine): Promise<Answer> {
  const outcome = await ask(machine, ['unshare', '--user', '--map-root-user', '--mount', '--', 'true']);
  if (outcome.kind !== 'exited') return { kind: 'untried', until: 'unshare' };
  if (outcome.status === 0) return YES;
  return { kind: 'no', why: firstLine(outcome.stderr.toString()) };
}

/** unshare(1) mounts /proc before it starts the script, and names it when the kernel refuses. */
function notEntered(why: string): ProbeAnswers['trials'] {
  const refused: Answer = { kind: 'no', why };
  return /mount \/proc/.test(why)
    ? { ...allUntried('a /proc of its own'), entry: YES, proc: refused }
    : { ...allUntried('worker namespaces'), entry: refused };
}

function readAnswers(output: string): Pick<ProbeAnswers, 'trials' | 'kernel'> {
  const lines = new Map(output.split('\n').map((line) => splitOnce(line)));
  const answerOf = (trial: Trial) => answerIn(lines.get(trial));
  const kernel = lines.get('kernel');
  return {
    trials: {
      entry: answerOf('entry'),
      proc: answerOf('proc'),
      store: answerOf('store'),
      temporary: answerOf('temporary'),
      sandbox: answerOf('sandbox'),
    },
    ...(kernel !== undefined && { kernel }),
  };
}

function answerIn(text: string | undefined): Answer {
  if (text === undefined) return { kind: 'untried', until: 'a directory to try it in' };
  const [word, why] = splitOnce(text);
  if (word === 'yes') return YES;
  return /bwrap: (?:command )?not found/.test(why)
    ? { kind: 'untried', until: 'bwrap' }
    : { kind: 'no', why };
}

function splitOnce(line: string): readonly [string, string] {
  const space = line.indexOf(' ');
  return space === -1 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
}

function allUntried(until: string): Record<Trial, Answer> {
  const untried = { kind: 'untried', until } as const;
  return { entry: untried, proc: untried, store: untried, temporary: untried, sandbox: untried };
}
