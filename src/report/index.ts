/**
 * What mkve tells its user: failures and events as closed unions of data, and the reporters that render them.
 * No other folder prints.
 */
export type { Event, Reporter } from './event.js';
export type { CommandFailed, Failure, HostNeed } from './failure.js';
export type { Problem } from './problem.js';
