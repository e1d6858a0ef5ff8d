/**
 * Command lines as data: the options of every command with their texts, the parser that reads arguments by them and
 * the renderer of `--help`. Nothing here knows what a command does.
 */
export type { CommandHelp } from './command-help.js';
export {
  type GivenOption,
  type OrderedOptions,
  type ParsedOptions,
  parseOptions,
  parseOrdered,
} from './getopt.js';
export { optionLabel, renderHelp } from './help.js';
export { type MkveBundleOption, mkveBundleHelp, mkveBundleOptions } from './mkve-bundle-options.js';
export { type MkveCacheOption, mkveCacheHelp, mkveCacheOptions } from './mkve-cache-options.js';
export { type CommandLine, splitCommand } from './mkve-command-line.js';
export { type MkveCommand, type MkveOption, mkveCommands, mkveHelp } from './mkve-options.js';
export { type MkveTemplateOption, mkveTemplateHelp, mkveTemplateOptions } from './mkve-template-options.js';
export type { OptionNames, OptionSpec } from './option-spec.js';
export { allOf, has, lastOf } from './parsed.js';
