import { ok, type Result } from '../../base/index.js';
import { type Failure, LineSplitter } from '../../report/index.js';
import type { WorkerContext } from '../../rootfs/index.js';
import { listArchive } from './list-archive.js';
import { UNPACK_EXCLUDES } from './unpack-tar.js';

/** `escape` keeps a member on a line, whatever its name. */
const OPTIONS = [
  ...['--verbose', '--full-time', '--utc', '--numeric-owner', '--quoting-style=escape'],
  ...UNPACK_EXCLUDES,
];

/** A line of that: mode, owner, size, then the time. */
const LINE = /^\S+ +\S+ +\S+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/;

/**
 * Whole seconds since 1970: the newest mtime of what an archive holds; 0 where it holds nothing. Not that of what was unpacked: there,
 * directories that an archive only implies have the time of that moment.
 */
export async function newestMember(path: string, context: WorkerContext): Promise<Result<number, Failure>> {
  let newest = 0;
  const lines = new LineSplitter((line) => {
    newest = Math.max(newest, timeOf(line));
  });
  const listed = await listArchive(
    path,
    { options: OPTIONS, onOutput: (chunk) => lines.write(chunk) },
    context,
  );
  if (!listed.ok) return listed;
  lines.end();
  return ok(newest);
}

function timeOf(line: string): number {
  const [, day, time] = LINE.exec(line) ?? [];
  return day === undefined ? 0 : Date.parse(`${day}T${time}Z`) / 1000;
}
