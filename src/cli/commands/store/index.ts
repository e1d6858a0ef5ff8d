import { closestTo } from '../../../base/index.js';
import type { Failure } from '../../../report/index.js';
import { type Command, fail } from '../../main.js';
import { openStoreOf } from '../../open-store.js';
import { has, type mkveCommands, type OptionNames, type ParsedOptions } from '../../options/index.js';
import type { Session } from '../../session.js';
import { gc } from './gc.js';
import { ls } from './ls.js';
import { stats } from './stats.js';
import { exportTo, importFrom } from './transfer.js';
import { verify } from './verify.js';

export type StoreOptions = ParsedOptions<OptionNames<typeof mkveCommands.cache.options>>;

/** One thing that is done with an open store. */
export interface StoreWork {
  readonly command: Command;
  readonly session: Session;
  readonly options: StoreOptions;
  /** What follows the name of the subcommand. */
  readonly operands: readonly string[];
}

type Subcommand = (work: StoreWork) => Promise<number>;

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ['stats', stats],
  ['ls', ls],
  ['gc', (work) => gc(work, 'limit')],
  ['verify', verify],
  ['clear', (work) => gc(work, 'clear')],
  ['import', importFrom],
]);

/** `mkve cache SUBCOMMAND` */
export async function storeCommand(command: Command, options: StoreOptions): Promise<number> {
  const [name, ...operands] = options.operands;
  // Targets are known to whoever has read the templates only.
  if (name === 'export') return exportTo(command, { ...options, operands });
  const subcommand = SUBCOMMANDS.get(name ?? '');
  if (name === undefined || subcommand === undefined) return fail('mkve', unknown(name), command.streams);
  if (name !== 'import' && operands.length > 0)
    return fail('mkve', superfluous(name, operands), command.streams);
  return withStore(command, options, (session) => subcommand({ command, session, options, operands }));
}

/** `mkve gc`: the short name of `mkve cache gc`. */
export async function gcCommand(
  command: Command,
  options: ParsedOptions<OptionNames<typeof mkveCommands.gc.options>>,
): Promise<number> {
  if (options.operands.length > 0) return fail('mkve', superfluous('gc', options.operands), command.streams);
  return withStore(command, options, (session) => gc({ command, session, options, operands: [] }, 'limit'));
}

async function withStore(
  command: Command,
  options: ParsedOptions<'file'>,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const session = await openStoreOf(command, options);
  if (!session.ok) return fail('mkve', session.error, command.streams);
  try {
    return await work(session.value);
  } finally {
    await session.value.close();
  }
}

export function isDryRun(options: ParsedOptions<'dry-run'>): boolean {
  return has(options, 'dry-run');
}

function unknown(name: string | undefined): Failure {
  const names = [...SUBCOMMANDS.keys(), 'export'];
  const list = names.join(', ');
  if (name === undefined) return { kind: 'usage-wrong', message: `mkve cache needs one of ${list}` };
  const near = closestTo(name, names);
  const hint = near === undefined ? `mkve cache has ${list}` : `did you mean mkve cache ${near}?`;
  return { kind: 'usage-wrong', message: `unknown command 'cache ${name}'`, hint };
}

function superfluous(name: string, operands: readonly string[]): Failure {
  return {
    kind: 'usage-wrong',
    message: `mkve cache ${name} takes no arguments, found ${operands.join(' ')}`,
  };
}
