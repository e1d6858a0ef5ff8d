import { basename } from 'node:path';

import { candidatesFor } from '../completion/candidates.js';
import { programs } from '../completion/programs.js';
import { projectWords } from '../completion/project-words.js';
import { completionScript } from '../completion/scripts.js';
import { type Command, fail } from '../main.js';
import { has, type mkveCommands, type OptionNames, type ParsedOptions } from '../options/index.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.completion.options>>;

/** `mkve completion SHELL`, and what its scripts call. */
export async function completionCommand(command: Command, options: Options): Promise<number> {
  if (has(options, 'candidates')) return printCandidates(command, options.operands);
  const { streams } = command;
  const [shell, ...more] = options.operands;
  if (shell === undefined || more.length > 0) {
    const message = 'expected one shell: bash, zsh or fish';
    return fail('mkve', { kind: 'usage-wrong', message }, streams);
  }
  const script = completionScript(shell);
  if (!script.ok) return fail('mkve', { kind: 'usage-wrong', message: script.error }, streams);
  streams.out(script.value.trimEnd());
  return 0;
}

async function printCandidates({ host, streams }: Command, words: readonly string[]): Promise<number> {
  const [named = '', ...rest] = words;
  const program = programs.get(basename(named));
  if (program === undefined) return 0;
  const { candidates, beside } = await candidatesFor(program, rest, projectWords(host, rest));
  streams.out(`:${beside}`);
  for (const { word, help } of candidates) streams.out(help === undefined ? word : `${word}\t${help}`);
  return 0;
}
