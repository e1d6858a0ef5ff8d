import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { oneLineSources } from '../../src/packages/index.js';
import { hostArchitecture, packageSource } from '../../src/packages/source.js';
import type { Command } from './command.js';

/**
 * What somebody without mkve would type: mmdebstrap's tar piped to gzip, at gzip's default level, which is the one
 * mkve uses for openvz. The same packages from the same repositories; no hooks, no metadata, no signature.
 */
export function plainPipeline(request: {
  readonly suite: string;
  readonly packages: readonly string[];
  /** A private directory on the file system that the store is on. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}): Command {
  const { suite, packages, directory, env } = request;
  const sources = join(directory, 'plain.list');
  writeFileSync(sources, sourcesOf(suite));
  const mmdebstrap = [
    'mmdebstrap',
    `--mode=${process.getuid?.() === 0 ? 'root' : 'unshare'}`,
    '--variant=minbase',
    `--include=${packages.join(',')}`,
    ...[suite, '-', sources],
  ];
  const script = 'set -o pipefail; output=$1; shift; "$@" | gzip >"$output"';
  return {
    argv: ['bash', '-c', script, 'bench', join(directory, 'plain.tar.gz'), ...mmdebstrap],
    env: { ...env, TMPDIR: directory },
  };
}

function sourcesOf(suite: string): string {
  const host = { aptDirectory: '/etc/apt', suite, architecture: hostArchitecture(process.arch) };
  const source = packageSource({ suite }, host);
  if (!source.ok) throw new Error(JSON.stringify(source.error));
  return oneLineSources(source.value);
}
