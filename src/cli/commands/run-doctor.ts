import type { Command } from '../main.js';
import type { mkveCommands, OptionNames, ParsedOptions } from '../options/index.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.doctor.options>>;

export async function runDoctor(_command: Command, _options: Options): Promise<number> {
  return 0;
}
