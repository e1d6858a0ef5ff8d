import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

const PROGRAMS = ['mkve', 'mkve-bundle', 'mkve-cache', 'mkve-template'].map((name) => `src/cli/${name}.ts`);
const SHARING = [...PROGRAMS, 'src/mkvefile/index.ts', 'src/mkvefile/config.ts'];
const ALONE = ['actions/worker=src/actions/inside/worker.ts', 'pack/digest-thread=src/pack/digest-thread.ts'];

/** mkve as it is in this checkout, whatever `dist/` was made of, for tests that start the real programs. */
export interface Installation {
  /** How a program is called. */
  program(name: 'mkve' | 'mkve-bundle' | 'mkve-cache' | 'mkve-template'): readonly [string, string];
  remove(): void;
}

export function installMkve(): Installation {
  const directory = mkdtempSync(join(tmpdir(), 'mkve-installed-'));
  for (const name of ['src', 'node_modules']) symlinkSync(join(ROOT, name), join(directory, name));
  cpSync(join(ROOT, 'package.json'), join(directory, 'package.json'));
  const to = `--outdir=${join(directory, 'dist')}`;
  const joinInto = (...args: readonly string[]) =>
    execFileSync('npm', ['run', '--silent', 'join', '--', ...args, to], { cwd: ROOT });
  joinInto(...SHARING, '--splitting', '--outbase=src', '--chunk-names=chunks/[name]-[hash]');
  joinInto(...ALONE);
  return {
    program: (name) => [process.execPath, join(directory, 'dist/cli', `${name}.js`)],
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
