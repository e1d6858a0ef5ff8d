import { err, ok, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { spawnInside, type WorkerContext } from '../../rootfs/index.js';
import { UNPACK_EXCLUDES } from './unpack-tar.js';

/** A line of `tar --list --verbose --full-time`: mode, owner, size, then the time. */
const LINE = /^\S+ +\S+ +\S+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/;

/**
 * Whole seconds since 1970: the newest mtime of what an archive holds; 0 where it holds nothing. Not that of what was unpacked: there,
 * directories that an archive only implies have the time of that moment.
 */
export async function newestMember(
  path: string,
  { signal }: WorkerContext,
): Promise<Result<number, Failure>> {
  let newest = 0;
  let rest = '';
  const ended = await spawnInside({
    // tar finds out how a file is compressed by itself. `escape` keeps a member on a line, whatever its name.
    argv: [
      ...['tar', '--list', '--verbose', '--full-time', '--utc', '--numeric-owner'],
      ...['--quoting-style=escape', ...UNPACK_EXCLUDES, '--file', path],
    ],
    env: { LC_ALL: 'C' },
    onOutput: (chunk) => {
      const lines = `${rest}${Buffer.from(chunk).toString('latin1')}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) newest = Math.max(newest, timeOf(line));
    },
    signal,
  });
  if (signal.aborted) return err({ kind: 'cancelled' });
  if (!('status' in ended) || ended.status !== 0) throw new Error(`tar could not list ${path}`);
  return ok(newest);
}

function timeOf(line: string): number {
  const [, day, time] = LINE.exec(line) ?? [];
  return day === undefined ? 0 : Date.parse(`${day}T${time}Z`) / 1000;
}
