import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * What happens at the one operation that changes files and that `at` counts, from 1:
 *
 * - `kill`: the process is gone before it.
 * - `tear`: half of what is written is there, then the process is gone; otherwise as `kill`.
 * - an errno: it fails, as every one after it does where the disk stays full.
 * - `without-links`: from there on link(2) is refused, as by file systems that have no hard links.
 * - `clock`: there the clock is set by so many milliseconds, forwards or back; files get the time of the real one.
 */
export interface FileFault {
  readonly at: number;
  readonly how:
    | 'kill'
    | 'tear'
    | 'ENOSPC'
    | 'EIO'
    | 'EMFILE'
    | 'EROFS'
    | 'without-links'
    | { readonly clock: number };
}

/** Operations of node:fs by which the store changes. Each is patched in its synchronous and its promised form. */
const OPERATIONS = [
  ...['writeFile', 'appendFile', 'rename', 'link', 'symlink', 'mkdir', 'rm', 'rmdir', 'unlink'],
  ...['chmod', 'chown', 'utimes', 'lutimes', 'truncate', 'copyFile', 'open'],
] as const;

type Operation = (...args: unknown[]) => unknown;

/** Patches Node's own modules in this process, before or after others have imported from them. Answers the counter. */
export function injectFileFault(fault: FileFault | undefined): { readonly count: () => number } {
  let count = 0;
  const step = (name: string, args: unknown[]): void => {
    if (name.startsWith('open') && !isWriting(args[1])) return;
    count++;
    if (fault === undefined || count < fault.at) return;
    if (typeof fault.how === 'object') {
      if (count === fault.at) setClock(fault.how.clock);
      return;
    }
    if (fault.how === 'without-links') {
      if (name.startsWith('link'))
        throw Object.assign(new Error(`${name} is refused`), { code: 'EOPNOTSUPP' });
      return;
    }
    if (fault.how !== 'kill' && fault.how !== 'tear')
      throw Object.assign(new Error(`${fault.how}: injected, ${name}`), { code: fault.how });
    if (fault.how === 'tear' && name.startsWith('writeFile')) tear(args);
    process.kill(process.pid, 'SIGKILL');
  };
  const promises = fs.promises as unknown as Record<string, Operation>;
  const synchronous = fs as unknown as Record<string, Operation>;
  for (const name of OPERATIONS) {
    patch(promises, name, (original, args) => {
      try {
        step(name, args);
      } catch (thrown) {
        return Promise.reject(thrown);
      }
      return original(...args);
    });
    patch(synchronous, `${name}Sync`, (original, args) => {
      step(`${name}Sync`, args);
      return original(...args);
    });
  }
  syncBuiltinESMExports();
  return { count: () => count };
}

function setClock(by: number): void {
  const real = Date.now;
  Date.now = () => real() + by;
}

const untouched = { openSync: fs.openSync, writeSync: fs.writeSync };

function patch(
  module: Record<string, Operation>,
  name: string,
  instead: (original: Operation, args: unknown[]) => unknown,
): void {
  const original = module[name]?.bind(module);
  if (original !== undefined) module[name] = (...args) => instead(original, args);
}

function isWriting(flags: unknown): boolean {
  return typeof flags === 'string' && /[wa+]/.test(flags);
}

function tear([path, bytes]: unknown[]): void {
  if (typeof path !== 'string') return;
  const all = Buffer.from(bytes as Uint8Array);
  untouched.writeSync(untouched.openSync(path, 'w'), all.subarray(0, all.length >> 1));
}
