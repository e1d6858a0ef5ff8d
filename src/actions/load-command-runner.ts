import type { CommandRunner } from '../base/index.js';

/** The library behind it takes longer to load than a build with nothing to do, so it is loaded when first needed. */
export async function loadCommandRunner(): Promise<CommandRunner> {
  const { ExecaCommandRunner } = await import('./command-runner.js');
  return new ExecaCommandRunner();
}
