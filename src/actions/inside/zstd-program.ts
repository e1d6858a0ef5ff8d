import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import type { ZstdProgram } from '../../pack/index.js';

/** @param workspace a private directory for what the program writes */
export async function zstdProgram(workspace: string): Promise<ZstdProgram> {
  const out = join(workspace, 'zstd');
  await mkdir(out);
  return {
    version: (await run(['zstd', '--version'])).trim(),
    compressFiles: async (paths, args) => {
      const directory = await mkdtemp(join(out, 'call-'));
      await run(['zstd', '--quiet', ...args, '--output-dir-flat', directory, '--', ...paths]);
      const made = paths.map((path) => readFile(join(directory, `${basename(path)}.zst`)));
      const frames = await Promise.all(made);
      await rm(directory, { recursive: true });
      return frames;
    },
  };
}

/** What a program prints; it fails loudly. */
function run(argv: readonly string[]): Promise<string> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(Buffer.concat(chunks).toString());
      else reject(new Error(`${argv.join(' ')} ended with status ${status}`));
    });
  });
}
