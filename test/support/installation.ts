import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

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
  const env = { ...process.env, MKVE_JOIN_INTO: join(directory, 'dist') };
  execFileSync('npm', ['run', '--silent', 'build:join'], { cwd: ROOT, env });
  return {
    program: (name) => [process.execPath, join(directory, 'dist/cli', `${name}.js`)],
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
