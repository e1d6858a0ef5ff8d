import { loadCommandRunner } from '../../actions/index.js';
import { storeRoot, toolEnvironment } from '../host.js';
import type { Command } from '../main.js';
import { has, type mkveCommands, type OptionNames, type ParsedOptions } from '../options/index.js';
import { doctorCommand } from './doctor.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.doctor.options>>;

/** `mkve doctor` on this host. */
export async function runDoctor({ host, streams }: Command, options: Options): Promise<number> {
  const temporary = host.env['TMPDIR'];
  return doctorCommand({
    runner: await loadCommandRunner(),
    caller: host.caller,
    environment: { ...toolEnvironment(host), ...(temporary === undefined ? {} : { TMPDIR: temporary }) },
    storeRoot: storeRoot(host, undefined),
    write: streams.out,
    writeError: streams.err,
    mode: has(options, 'fix') ? 'fix' : 'report',
    format: has(options, 'json') ? 'json' : 'text',
  });
}
