import { ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import type { WorkerContext } from '../../rootfs/index.js';
import { type ByteString, byteString } from '../../tree/index.js';
import { listArchive } from './list-archive.js';

/** `literal` leaves names as they are, a newline in them too. */
const OPTIONS = ['--quoting-style=literal'];

/** The directories that an archive holds as members, and not merely as parts of other members' names. */
export async function explicitDirectories(
  path: string,
  context: WorkerContext,
): Promise<Result<ReadonlySet<ByteString>, Failure>> {
  const said: Uint8Array[] = [];
  const listed = await listArchive(
    path,
    { options: OPTIONS, onOutput: (chunk) => void said.push(chunk) },
    context,
  );
  if (!listed.ok) return listed;
  const names = byteString(Buffer.concat(said)).split('\n');
  return ok(
    new Set(
      names
        .filter((name) => name.endsWith('/'))
        .map((name) => name.replace(/^\.\//, '').slice(0, -1) as ByteString),
    ),
  );
}
