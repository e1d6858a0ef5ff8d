import { availableParallelism } from 'node:os';

import { startEarly } from '../early-workers.js';
import { type Command, fail } from '../main.js';
import { type ShellOptions, wantedShell } from '../shell-arguments.js';

/** `mkve shell`: a shell in a root file system of a target, on a layer that is thrown away. */
export async function shellCommand(command: Command, options: ShellOptions): Promise<number> {
  const wanted = wantedShell(options);
  if (!wanted.ok) return fail('mkve', wanted.error, command.streams);
  // That takes some ten programs, which run while the rest of mkve is loaded.
  const early = startEarly(command.host, availableParallelism());
  try {
    const { enterShell } = await import('../enter-shell.js');
    return await enterShell(command, { options, wanted: wanted.value, early });
  } finally {
    await early?.stop();
  }
}
