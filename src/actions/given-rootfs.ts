import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { bug, type Digest, digestOf, err, hasErrorCode, messageOf, ok, type Result } from '../base/index.js';
import type { RunContext } from '../engine/index.js';
import type { RootfsSource } from '../graph/index.js';
import type { Failure } from '../report/index.js';
import { type Compression, compressionOf, digestFile } from './archive-input.js';
import type { ActionDeps } from './kind.js';
import { OciFault, readOciLayout } from './oci-layout.js';

/** An archive of a given base in a staging directory. */
export interface StagedArchive {
  readonly file: string;
  readonly compression: Compression;
}

/** A given base as archives, lowest layer first, and the digest of all of it. */
export interface StagedBase {
  readonly content: Digest;
  readonly archives: readonly StagedArchive[];
}

type Context = Pick<RunContext, 'output' | 'signal'>;

/**
 * Reads what was given. What an archive or an image holds is verified while it is copied; a directory becomes an
 * archive that depends on nothing but what is in it.
 * @param staging a private directory; absent: the digest alone is wanted
 */
export async function readGiven(
  { from, architecture }: RootfsSource,
  staging: string,
  { context, deps, want }: { readonly context: Context; readonly deps: ActionDeps; readonly want: Want },
): Promise<Result<StagedBase, Failure>> {
  const { path, kind } = from;
  const { signal } = context;
  try {
    if (kind === 'directory') return await packDirectory(path, staging, { context, deps });
    if (kind === 'archive') return await copyArchive(path, want === 'archives' ? staging : undefined, signal);
    const { manifest, layers } = await readOciLayout(path, architecture);
    if (want === 'digest') return ok({ content: manifest, archives: [] });
    const archives: StagedArchive[] = [];
    for (const { file, digest, compression } of layers) {
      const staged = join(staging, `${archives.length}.tar`);
      if ((await digestFile(file, signal, staged)) !== digest)
        throw new OciFault(`its blob ${digest} is damaged`);
      archives.push({ file: staged, compression });
    }
    return ok({ content: manifest, archives });
  } catch (thrown) {
    if (signal.aborted) return err({ kind: 'cancelled' });
    if (!(thrown instanceof OciFault) && !hasErrorCode(thrown, ...SYSTEM_ERRORS)) throw thrown;
    return err({ kind: 'input-unreadable', file: path, detail: messageOf(thrown) });
  }
}

/** Whether the bytes are wanted or only what they are. */
type Want = 'digest' | 'archives';

const SYSTEM_ERRORS = ['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'ELOOP', 'EIO', 'ENOSPC', 'ENXIO'];

async function copyArchive(
  path: string,
  staging: string | undefined,
  signal: AbortSignal,
): Promise<Result<StagedBase, Failure>> {
  const compression = await compressionOf(path);
  if (compression === undefined) {
    const detail = 'expected a tar archive, plain or compressed by gzip, xz or zstd';
    return err({ kind: 'input-unreadable', file: path, detail });
  }
  const file = staging === undefined ? undefined : join(staging, '0.tar');
  const content = await digestFile(path, signal, file);
  return ok({ content, archives: file === undefined ? [] : [{ file, compression }] });
}

/** Of the members of a directory tree what this moment adds is left out: access and change times. */
const PACK = [
  ...['tar', '--create', '--format=pax', '--pax-option=delete=atime,delete=ctime', '--sort=name'],
  ...['--numeric-owner', '--xattrs', '--xattrs-include=*', '--one-file-system'],
] as const;

async function packDirectory(
  directory: string,
  staging: string,
  { context, deps }: { readonly context: Context; readonly deps: ActionDeps },
): Promise<Result<StagedBase, Failure>> {
  const { output, signal } = context;
  const place = join(staging, 'packed');
  await mkdir(place, { recursive: true });
  const file = join(place, '0.tar');
  const runner = await deps.runner();
  const [program, ...args] = [...PACK, '--directory', directory, '--file', file, '.'];
  const argv = [program ?? bug('no program'), ...args] as const;
  // The C locale: tar's remarks are read below.
  const outcome = await runner.run({ argv, env: { ...deps.environment, LC_ALL: 'C' }, signal });
  if (signal.aborted) return err({ kind: 'cancelled' });
  if (outcome.kind === 'not-found')
    return err({ kind: 'input-unreadable', file: directory, detail: 'there is no tar' });
  output(outcome.stderr);
  if (outcome.kind === 'exited' && outcome.status === 0)
    return ok({ content: await digestFile(file, signal), archives: [{ file, compression: 'none' }] });
  return err(unpackable(directory, outcome.stderr.toString()));
}

function unpackable(directory: string, said: string): Failure {
  const paths = [...said.matchAll(/^tar: \.?(\S*): (?:Warning: )?Cannot \w+: (.*)$/gm)].map(
    ([, path = '', reason = '']) => ({ path: path === '' ? '/' : path, reason }),
  );
  if (paths.length > 0) return { kind: 'tree-unreadable', directory, paths };
  if (/changed as we read it|File removed before we read it/.test(said))
    return { kind: 'input-changed', file: directory };
  return { kind: 'input-unreadable', file: directory, detail: said.trim() };
}

/** What names the content in keys, whatever kind of thing it came in. */
export function identityOf(kind: RootfsSource['from']['kind'], content: Digest): Digest {
  return digestOf(`${kind} ${content}`);
}
