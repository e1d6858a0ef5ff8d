import {
  type CommandHelp,
  mkveBundleHelp,
  mkveCacheHelp,
  mkveCommands,
  mkveHelp,
  mkveTemplateHelp,
} from '../options/index.js';
import type { Program } from './candidates.js';

/** Every program by its name, from the tables that `--help` is made of. */
export const programs: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['mkve', { help: mkveHelp, commands: new Map<string, CommandHelp>(Object.entries(mkveCommands)) }],
  ...[mkveBundleHelp, mkveCacheHelp, mkveTemplateHelp].map(
    (help) => [help.name, { help, commands: new Map() }] as const,
  ),
]);
