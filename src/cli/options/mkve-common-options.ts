import type { OptionSpec } from './option-spec.js';

/** What commands take that have nothing to tell a program. */
export const forPeople = [
  { name: 'no-color', takes: 'nothing', help: 'print no colours; the variable NO_COLOR does the same' },
  { name: 'verbose', short: 'v', takes: 'nothing', help: 'say more: what ran and why' },
  { name: 'quiet', short: 'q', takes: 'nothing', help: 'say nothing but errors' },
  { name: 'help', short: 'h', takes: 'nothing', help: 'print this text' },
  { name: 'version', takes: 'nothing', help: 'print the version' },
] as const satisfies readonly OptionSpec[];

/** What nearly every command of mkve takes. */
export const everywhere = [
  { name: 'json', takes: 'nothing', help: 'print one JSON object a line, with stable names of fields' },
  ...forPeople,
] as const satisfies readonly OptionSpec[];

/** What commands take that work on an mkvefile. */
export const onProject = [
  {
    name: 'file',
    short: 'f',
    takes: { value: 'MKVEFILE' },
    help: 'the mkvefile, instead of mkvefile.ts here or in the nearest directory above',
  },
] as const satisfies readonly OptionSpec[];

const jobs = {
  name: 'jobs',
  short: 'j',
  takes: { value: 'N' },
  help: 'run at most N steps at once; default: what the mkvefile says, or else the number of processors',
} as const satisfies OptionSpec;

const explain = {
  name: 'explain',
  takes: 'nothing',
  help: 'say of each step that runs which input changed and how, and where early cutoff stops the rebuild',
} as const satisfies OptionSpec;

/** What commands take that resolve and download packages. */
export const locking = [
  {
    name: 'locked',
    takes: 'nothing',
    help: 'fail, with status 3, where the lock does not have what is built exactly as it is',
  },
  {
    name: 'offline',
    takes: 'nothing',
    help: 'ask no network: take what the store has, or fail and list what it lacks',
  },
] as const satisfies readonly OptionSpec[];
/** What builds take that a person sits before. */
export const debugShell = {
  name: 'debug-shell',
  takes: 'nothing',
  help: 'where a hook or the installation of packages fails, open a shell in the root file system as it was left, then ask whether to build again; takes a terminal',
} as const satisfies OptionSpec;

/** What watch mode takes. */
export const watching = [jobs, explain, ...locking] as const satisfies readonly OptionSpec[];

/** What commands take that run steps once. */
export const running = [
  jobs,
  explain,
  ...locking,
  { name: 'dry-run', short: 'n', takes: 'nothing', help: 'say what would run and run nothing' },
  {
    name: 'keep-going',
    short: 'k',
    takes: 'nothing',
    help: 'after a failure go on with all that does not depend on it',
  },
  {
    name: 'force',
    takes: { optionalValue: 'STEP' },
    repeatable: true,
    help: 'run the steps matching the glob STEP again although nothing changed; all of them without STEP',
  },
] as const satisfies readonly OptionSpec[];

/** What commands take that remove things from the store. */
export const collecting = [
  {
    name: 'dry-run',
    short: 'n',
    takes: 'nothing',
    help: 'gc and clear: say what would be removed and remove nothing',
  },
] as const satisfies readonly OptionSpec[];
