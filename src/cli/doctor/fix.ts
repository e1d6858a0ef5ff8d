import { assertNever, type CommandOutcome } from '../../base/index.js';
import { formatArgv, LineSplitter } from '../../report/index.js';
import { ask, type Machine } from './machine.js';
import type { Argv, Mend, Need } from './need.js';
import type { PackageManager } from './package-managers.js';
import { fixCommands } from './remedy.js';
import { checkSigningKey } from './signing-key.js';

/** How `--fix` tells what it does, and what programs print while they do it. */
export interface Progress {
  readonly say: (line: string) => void;
  readonly complain: (line: string) => void;
  /** `inherit` lets sudo and package managers use the terminal; `capture` keeps standard output for JSON. */
  readonly terminal: 'inherit' | 'capture';
}

interface Fix {
  readonly machine: Machine;
  readonly progress: Progress;
}

/** Mends what commands can mend, saying each command line before it runs. Asks nothing by itself. */
export async function fixNeeds(
  fix: Fix,
  needs: readonly Need[],
  manager: PackageManager | undefined,
): Promise<void> {
  await runAsRoot(fix, fixCommands(needs, manager));
  await makeKeyIfNone(fix);
}

async function runAsRoot(fix: Fix, commands: readonly Argv[]): Promise<void> {
  if (commands.length === 0) return;
  const { machine, progress } = fix;
  if (machine.caller.uid !== 0 && !(await hasSudo(machine))) {
    const line = commands.map((argv) => formatArgv(argv)).join(' && ');
    progress.complain('This needs root, and there is no sudo here. Ask an administrator to run:');
    progress.complain(`  ${line}`);
    return;
  }
  const how = machine.caller.uid === 0 ? '' : ' with sudo';
  progress.say(`Setting up what is missing${how}:`);
  for (const argv of commands) await runOne(fix, elevated(machine, argv));
}

/**
 * debconf and needrestart would otherwise ask questions. As an argument of env(1), because sudo passes no variables
 * on.
 */
function elevated({ caller }: Machine, argv: Argv): Argv {
  const quiet: Argv =
    argv[0] === 'apt-get' && argv[1] === 'install'
      ? ['env', 'DEBIAN_FRONTEND=noninteractive', ...argv]
      : argv;
  return caller.uid === 0 ? quiet : ['sudo', ...quiet];
}

async function hasSudo(machine: Machine): Promise<boolean> {
  return (await ask(machine, ['sudo', '--version'])).kind === 'exited';
}

/** Looked at only now, because gpg may have just been installed. */
async function makeKeyIfNone(fix: Fix): Promise<void> {
  const { mend } = await checkSigningKey(fix.machine);
  if (mend?.kind === 'make-key') await makeKey(fix, mend);
}

async function makeKey(fix: Fix, mend: Extract<Mend, { readonly kind: 'make-key' }>): Promise<void> {
  const { say } = fix.progress;
  say('There is no key to sign bundles with. Making one without a passphrase:');
  if ((await runOne(fix, mend.argv)) === 'failed') return;
  say('To give its public half to those who check bundles:');
  say(`  ${formatArgv(['gpg', '--armor', '--export', mend.user])} > mkve.asc`);
}

async function runOne({ machine, progress }: Fix, argv: Argv): Promise<'done' | 'failed'> {
  const line = formatArgv(argv);
  progress.say(`  ${line}`);
  const { terminal, complain } = progress;
  const lines = new LineSplitter(complain);
  const output = terminal === 'capture' ? { onOutput: (chunk: Uint8Array) => lines.write(chunk) } : {};
  const outcome = await machine.runner.run({ argv, env: machine.environment, terminal, ...output });
  lines.end();
  const fault = faultOf(outcome);
  if (fault === undefined) return 'done';
  complain(`${line} ${fault}`);
  return 'failed';
}

function faultOf(outcome: CommandOutcome): string | undefined {
  switch (outcome.kind) {
    case 'exited':
      return outcome.status === 0 ? undefined : `ended with status ${outcome.status}`;
    case 'killed':
      return `was ended by ${outcome.signal}`;
    case 'not-found':
      return `was not run: there is no ${outcome.program}`;
    default:
      return assertNever(outcome);
  }
}
