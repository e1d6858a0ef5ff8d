import { spawnInside, type WorkerContext } from '../../rootfs/index.js';
import { type ByteString, byteString } from '../../tree/index.js';
import type { Compression } from '../archive-input.js';

/** The directories that an archive holds as members, and not merely as parts of other members' names. */
export async function explicitDirectories(
  archive: { readonly path: string; readonly compression: Compression },
  { signal }: WorkerContext,
): Promise<ReadonlySet<ByteString>> {
  const said: Uint8Array[] = [];
  const ended = await spawnInside({
    // tar finds out how a file is compressed by itself. `literal` leaves names as they are, a newline in them too.
    argv: ['tar', '--list', '--quoting-style=literal', '--file', archive.path],
    env: { LC_ALL: 'C' },
    onOutput: (chunk) => {
      said.push(chunk);
    },
    signal,
  });
  if (!('status' in ended) || ended.status !== 0) throw new Error(`tar could not list ${archive.path}`);
  const names = byteString(Buffer.concat(said)).split('\n');
  return new Set(
    names
      .filter((name) => name.endsWith('/'))
      .map((name) => name.replace(/^\.\//, '').slice(0, -1) as ByteString),
  );
}
