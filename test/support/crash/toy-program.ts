import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Makes one file of the toy build, so that it starts as fast as Node does. */
export function makeToyProgram(directory: string): string {
  const program = join(directory, 'toy-build.mjs');
  const flags = ['--bundle', '--platform=node', '--format=esm', '--log-level=warning'];
  execFileSync(join(ROOT, 'node_modules/.bin/esbuild'), [
    join(ROOT, 'test/support/crash/toy-build.ts'),
    ...flags,
    '--banner:js=const require = process.getBuiltinModule;',
    `--outfile=${program}`,
  ]);
  return program;
}
