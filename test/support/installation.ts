import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

const ENTRIES = [
  ...['mkve', 'mkve-bundle', 'mkve-cache', 'mkve-template'].map((name) => `src/cli/${name}.ts`),
  ...['src/mkvefile/index.ts', 'src/mkvefile/config.ts', 'actions/worker=src/actions/inside/worker.ts'],
  'src/pack/digest-thread.ts',
];

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
  const flags = ['--bundle', '--packages=external', '--format=esm', '--platform=node', '--target=node20.19'];
  execFileSync(
    join(ROOT, 'node_modules/.bin/esbuild'),
    [
      ...ENTRIES,
      ...flags,
      '--splitting',
      '--outbase=src',
      '--log-level=warning',
      `--outdir=${join(directory, 'dist')}`,
      '--chunk-names=chunks/[name]-[hash]',
    ],
    { cwd: ROOT },
  );
  return {
    program: (name) => [process.execPath, join(directory, 'dist/cli', `${name}.js`)],
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
